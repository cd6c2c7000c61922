import type { TransportKind } from "./transport.ts";

/** The browser sees to TLS for `wss:` by itself: takes the place of `tls.ts` in bundles for one. */
export function createTlsTransport(_options?: unknown): TransportKind {
  throw new TypeError('The option "tls" cannot be used in a browser, which has its own certificates; leave it out.');
}
