import { X509Certificate } from "node:crypto";
import { systemEnvironment } from "../environment/system.ts";
import type { TlsOptions } from "./tls-options.ts";

/** As Node gives errors of TLS. */
export type TlsFault = Error & { readonly code?: string };

/** Alerts by which a server says that it wants another certificate of its client, and what is wrong where this side does not see it. */
const aboutCertificate: Readonly<Record<string, string>> = {
  certificate_required: "the server takes none of this kind",
  bad_certificate: "it cannot be used there",
  unsupported_certificate: "its kind of key is not taken there",
  certificate_revoked: "it has been revoked",
  certificate_expired: "it has expired by the clock of the server",
  certificate_unknown: "the log of the server may say why",
  unknown_ca: "the server does not know its authority; show one of an authority in its ca, with the chain to it",
  access_denied: "who it names may not come in",
};

/** What a server said by an alert, in words; undefined for errors that are no alerts. OpenSSL 3.2 and later spell the codes in another way. */
export function alertWords({ code = "" }: TlsFault, tls: TlsOptions): string | undefined {
  const alert = /_ALERT_([A-Z_]+)$/.exec(code)?.[1]?.toLowerCase();
  if (alert === undefined) return undefined;
  const fault = aboutCertificate[alert];
  if (fault === undefined) return `the server ended the TLS handshake (${alert}); ${ifItAsks(tls)}`;
  return `the server refuses this client for its certificate (${alert}): ${ownFault(tls) ?? fault}`;
}

/** For an end that says nothing, as that of servers of Node for every certificate that they do not take. */
export function ifItAsks(tls: TlsOptions): string {
  const fault = ownFault(tls) ?? "the authority of the one that this client shows may not be known to it";
  return `if the server asks for certificates of clients, ${fault}`;
}

/** What this side sees of its own certificate; undefined when that looks right. */
function ownFault({ cert }: TlsOptions): string | undefined {
  if (cert === undefined) return "this client shows none; give it one by tls: { key, cert }";
  const span = validity(cert);
  if (span === undefined) return undefined;
  const nowMs = systemEnvironment.wallClock();
  if (nowMs > span.toMs) return `that of this client has expired on ${day(span.toMs)}; renew it`;
  return nowMs < span.fromMs ? `that of this client is not valid before ${day(span.fromMs)}` : undefined;
}

function validity(
  cert: NonNullable<TlsOptions["cert"]>,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  const [leaf] = Array.isArray(cert) ? cert : [cert];
  try {
    const { validFrom, validTo } = new X509Certificate(leaf ?? "");
    return { fromMs: Date.parse(validFrom), toMs: Date.parse(validTo) };
  } catch {
    return undefined;
  }
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
