import type { Address } from "./address.ts";
import { memoryTransport } from "./memory.ts";
import { tcpTransport } from "./tcp.ts";
import { tlsTransport } from "./tls.ts";
import type { TransportKind } from "./transport.ts";
import { unixTransport } from "./unix.ts";
import { createWebSocketTransport } from "./websocket.ts";

/** The transports that need no setup. */
export const builtinTransports: readonly TransportKind[] = Object.freeze([
  tcpTransport,
  tlsTransport,
  unixTransport,
  memoryTransport,
  createWebSocketTransport("ws"),
  createWebSocketTransport("wss"),
]);

/** The first transport for the scheme of an address. @throws TypeError when there is none */
export function transportFor(address: Address, transports: readonly TransportKind[]): TransportKind {
  const found = transports.find((transport) => transport.scheme === address.scheme);
  if (found === undefined) throw new TypeError(`No transport serves "${address.text}".`);
  return found;
}
