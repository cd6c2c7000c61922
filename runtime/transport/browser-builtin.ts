import type { Address } from "./address.ts";
import type { TransportKind } from "./transport.ts";
import { createWebSocketTransport } from "./websocket.ts";

/** The transports that a browser has: takes the place of `builtin.ts` in bundles for one. */
export const builtinTransports: readonly TransportKind[] = /* @__PURE__ */ ["ws" as const, "wss" as const].map(
  (scheme) => createWebSocketTransport(scheme),
);

/** The first transport for the scheme of an address. @throws TypeError when there is none */
export function transportFor(address: Address, transports: readonly TransportKind[]): TransportKind {
  const found = transports.find((transport) => transport.scheme === address.scheme);
  if (found === undefined) throw new TypeError(`No transport serves "${address.text}".`);
  return found;
}
