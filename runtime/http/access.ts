import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isLoopback } from "../transport/address.ts";

/** Who may use an HTTP port. */
export interface Access {
  allows(incoming: IncomingMessage): boolean;
  refuse(outgoing: ServerResponse): void;
}

/** Settings of {@link createAccess}. */
export interface AccessOptions {
  /** What browsers say when they ask for credentials: `registry`. */
  readonly realm: string;
  readonly credentials?: { readonly user: string; readonly password: string } | undefined;
  readonly insecure?: boolean | undefined;
}

/** @throws TypeError for a host that other machines reach when nothing says that this is meant */
export function createAccess(host: string, { realm, credentials, insecure = false }: AccessOptions): Access {
  if (!isLoopback(host) && !insecure && credentials === undefined) {
    throw new TypeError(
      `${host} can be reached from other machines. Ask callers for credentials, or set insecure if the network may be trusted.`,
    );
  }
  const expected = credentials && digest(`${credentials.user}:${credentials.password}`);
  return {
    allows(incoming) {
      if (expected === undefined) return true;
      const given = /^Basic ([A-Za-z0-9+/=]{1,1024})$/.exec(incoming.headers.authorization ?? "")?.[1];
      // Equal lengths and equal time, whatever was sent.
      return given !== undefined && timingSafeEqual(digest(Buffer.from(given, "base64").toString()), expected);
    },
    refuse: (outgoing) =>
      void outgoing.writeHead(401, { "www-authenticate": `Basic realm="${realm}"`, "content-length": 0 }).end(),
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
