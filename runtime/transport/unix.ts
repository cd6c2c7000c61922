import type { Address } from "./address.ts";
import { connectSocket } from "./socket-connect.ts";
import { listenSocket } from "./socket-listen.ts";
import type { TransportKind } from "./transport.ts";

type UnixAddress = Extract<Address, { scheme: "unix" }>;

/** Unix domain sockets: `unix:/run/app.sock`. The file is removed when the listener closes. */
export const unixTransport: TransportKind = Object.freeze<TransportKind>({
  scheme: "unix",
  isPrivate: () => true,
  connect(address, options) {
    const { path, text } = unix(address);
    const describe = () => ({ localAddress: "unix:", peerAddress: text, isPrivate: true });
    return connectSocket({ target: text, socketOptions: { path }, describe }, options);
  },
  listen(address, accept) {
    const { path, text } = unix(address);
    const describe = () => ({ localAddress: text, peerAddress: "unix:", isPrivate: true });
    return listenSocket({ target: text, listenOptions: { path }, describe, address: () => text, accept });
  },
});

function unix(address: Address): UnixAddress {
  if (address.scheme !== "unix") throw new TypeError(`The unix transport cannot serve "${address.text}".`);
  return address;
}
