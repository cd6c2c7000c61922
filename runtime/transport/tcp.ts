import type { AddressInfo, Server, Socket } from "node:net";
import { type Address, formatHostPort, formatTcpAddress, isLoopback } from "./address.ts";
import { connectSocket } from "./socket-connect.ts";
import { listenSocket } from "./socket-listen.ts";
import type { SocketTransportOptions } from "./socket-transport.ts";
import type { TransportKind } from "./transport.ts";

type TcpAddress = Extract<Address, { scheme: "tcp" }>;

const keepAliveInitialDelay = 30_000;

/** For a socket that has not connected yet: a call that follows one without a reply would otherwise wait for the peer's delayed acknowledgement. */
export function prepareTcp(socket: Socket): void {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveInitialDelay);
}

/** Plain TCP: `tcp://host:port`. Nagle's delay is off, the system's keepalive on. */
export const tcpTransport: TransportKind = Object.freeze<TransportKind>({
  scheme: "tcp",
  isPrivate: (address) => isLoopback(tcp(address).host),
  connect(address, options) {
    const { host, port, text } = tcp(address);
    return connectSocket({ target: text, socketOptions: { host, port }, prepare: prepareTcp, describe }, options);
  },
  listen(address, accept) {
    const { host, port, text } = tcp(address);
    return listenSocket({
      target: text,
      listenOptions: { host, port },
      describe,
      prepare: prepareTcp,
      address: (server) => formatTcpAddress(host, chosenPort(server)),
      accept,
    });
  },
});

function describe(socket: Socket): SocketTransportOptions {
  return {
    localAddress: formatHostPort(socket.localAddress ?? "", socket.localPort ?? 0),
    peerAddress: formatHostPort(socket.remoteAddress ?? "", socket.remotePort ?? 0),
    isPrivate: isLoopback(socket.remoteAddress ?? ""),
  };
}

function chosenPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function tcp(address: Address): TcpAddress {
  if (address.scheme !== "tcp") throw new TypeError(`The tcp transport cannot serve "${address.text}".`);
  return address;
}
