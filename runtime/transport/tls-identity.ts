import type { PeerCertificate, TLSSocket } from "node:tls";
import type { PeerIdentity } from "./transport.ts";

/** The names of a peer whose certificate was verified; undefined when there is none or it was not. */
export function identityOf(socket: TLSSocket): PeerIdentity | undefined {
  if (!socket.authorized) return undefined;
  const names = socket.getPeerX509Certificate()?.subjectAltName;
  return names === undefined ? noNames : identityFromNames(names);
}

const noNames: PeerIdentity = /* @__PURE__ */ Object.freeze({
  spiffeId: undefined,
  uris: Object.freeze([]),
  dnsNames: Object.freeze([]),
});

/**
 * Reads the subject alternative names as Node spells them: `DNS:a.example, URI:spiffe://example/b`. A value in quotes holds characters that
 * could be taken for another entry; no proper name does, so it counts as none. Text that cannot be read as a whole has no names at all.
 */
export function identityFromNames(text: string): PeerIdentity {
  const uris: string[] = [];
  const dnsNames: string[] = [];
  const entry = new RegExp(entryPattern, "y");
  while (entry.lastIndex < text.length) {
    const match = entry.exec(text);
    if (match === null) return noNames;
    const [, kind, plain] = match;
    if (plain === undefined) continue;
    if (kind === "URI") uris.push(plain);
    else if (kind === "DNS") dnsNames.push(plain);
  }
  const [only] = uris;
  const spiffeId = uris.length === 1 && only?.startsWith("spiffe://") === true ? only : undefined;
  return Object.freeze({ spiffeId, uris: Object.freeze(uris), dnsNames: Object.freeze(dnsNames) });
}

/** One entry: its kind, then its value plain, or in quotes as a JSON string. */
const entryPattern = /([A-Za-z ]+):(?:"(?:[^"\\]|\\.)*"|([^",]*))(?:, |$)/;

/** Why a certificate is not that of the server which is wanted; undefined when it is. */
export function serverFault(
  certificate: PeerCertificate,
  wantedUri: string | undefined,
  byName: () => Error | undefined,
): Error | undefined {
  const { subjectaltname } = certificate;
  // Node would fall back to the CN, which says nothing about who a server is.
  if (subjectaltname === undefined) return new Error("its certificate has no subject alternative name");
  if (wantedUri === undefined) return byName();
  if (identityFromNames(subjectaltname).uris.includes(wantedUri)) return undefined;
  return new Error(`its certificate does not have the URI ${wantedUri}`);
}
