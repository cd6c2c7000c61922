import type { Socket } from "node:net";
import { createSecureContext, createServer, type TLSSocket } from "node:tls";
import { formatHostPort } from "./address.ts";
import { socketHighWaterMark, SocketTransport } from "./socket-transport.ts";
import { identityOf } from "./tls-identity.ts";
import { checkServerTls, contextOptions, handshakeMs, type TlsOptions } from "./tls-options.ts";
import type { Transport } from "./transport.ts";

/** What both sides agree on by ALPN [TLS-1]. */
export const alpnProtocol = "rpcgen/1";

/** Browsers ask for this one; what comes then must be a WebSocket. */
const webProtocol = "http/1.1";

/** Handshakes at a time; the oldest one makes room. */
const maxHandshakes = 512;

/** Turns raw sockets that were accepted into transports, once their handshake is complete. */
export interface TlsAcceptor {
  /** Takes a socket over. Nothing has been read from it, or what was read has been put back. */
  take(socket: Socket): void;
  /** Uses other certificates from the next handshake on. @throws TypeError or Error for options that cannot work; the old ones are kept */
  reload(options: TlsOptions): void;
  /** Ends the handshakes that are under way; transports live on. */
  close(): void;
}

/** @throws TypeError or Error for options that cannot work */
export function createTlsAcceptor(options: TlsOptions, accept: (transport: Transport) => void): TlsAcceptor {
  checkServerTls(options);
  const requestCert = options.requestCert === true;
  const pending = new Map<string, Socket>();
  const server = createServer({
    ...contextOptions(options),
    requestCert,
    rejectUnauthorized: requestCert,
    handshakeTimeout: handshakeMs(options),
    ALPNProtocols: [alpnProtocol, webProtocol],
    highWaterMark: socketHighWaterMark,
  });
  server.on("secureConnection", (socket) => {
    pending.delete(keyOf(socket));
    if (socket.alpnProtocol === alpnProtocol || socket.alpnProtocol === webProtocol) acceptSocket(socket, accept);
    else socket.destroy();
  });
  // A peer that fails its handshake is closed without a word to us; the socket must not throw.
  server.on("tlsClientError", (_error, socket) => void socket.destroy());

  return {
    take(socket) {
      const key = keyOf(socket);
      makeRoom(pending);
      pending.set(key, socket);
      socket.on("error", () => undefined);
      socket.on("close", () => pending.get(key) === socket && pending.delete(key));
      server.emit("connection", socket);
    },
    reload(changed) {
      const context = contextOptions(checkServerTls(changed));
      // Fails here, before anything has changed, when key and certificate do not fit.
      createSecureContext(context);
      server.setSecureContext(context);
    },
    close() {
      for (const socket of pending.values()) socket.destroy();
      pending.clear();
    },
  };
}

function makeRoom(pending: Map<string, Socket>): void {
  if (pending.size < maxHandshakes) return;
  const [oldest] = pending;
  if (oldest === undefined) return;
  pending.delete(oldest[0]);
  oldest[1].destroy();
}

function acceptSocket(socket: TLSSocket, accept: (transport: Transport) => void): void {
  const transport = new SocketTransport(socket, describeTls(socket));
  try {
    transport.listenToData();
    accept(transport);
  } catch (error) {
    transport.abort(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What a transport tells about an encrypted socket. */
export function describeTls(socket: TLSSocket): ConstructorParameters<typeof SocketTransport>[1] {
  return {
    localAddress: formatHostPort(socket.localAddress ?? "", socket.localPort ?? 0),
    peerAddress: keyOf(socket),
    isPrivate: true,
    peerIdentity: identityOf(socket),
  };
}

function keyOf(socket: Socket): string {
  return formatHostPort(socket.remoteAddress ?? "", socket.remotePort ?? 0);
}
