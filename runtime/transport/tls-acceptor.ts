import type { Socket } from "node:net";
import { createSecureContext, createServer, type TLSSocket } from "node:tls";
import { formatHostPort } from "./address.ts";
import { socketHighWaterMark, SocketTransport } from "./socket-transport.ts";
import { identityOf } from "./tls-identity.ts";
import { checkServerTls, contextOptions, handshakeMs, type TlsOptions } from "./tls-options.ts";
import type { Doorkeeper, Transport } from "./transport.ts";

/** What both sides agree on by ALPN [TLS-1]. */
export const alpnProtocol = "rpcgen/1";

/** Browsers ask for this one; what comes then must be a WebSocket. */
const webProtocol = "http/1.1";

/** For listeners that no server stands behind. */
const openDoor: Doorkeeper = { maxHandshakes: 512, enter: () => true, leave: () => undefined };

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
export function createTlsAcceptor(
  options: TlsOptions,
  accept: (transport: Transport) => void,
  door: Doorkeeper = openDoor,
): TlsAcceptor {
  checkServerTls(options);
  const requestCert = options.requestCert === true;
  const pending = createPending(door);
  const server = createServer({
    ...contextOptions(options),
    requestCert,
    rejectUnauthorized: requestCert,
    handshakeTimeout: handshakeMs(options),
    ALPNProtocols: [alpnProtocol, webProtocol],
    highWaterMark: socketHighWaterMark,
  });
  server.on("secureConnection", (socket) => {
    pending.remove(keyOf(socket));
    if (socket.alpnProtocol === alpnProtocol || socket.alpnProtocol === webProtocol) acceptSocket(socket, accept);
    else socket.destroy();
  });
  // A peer that fails its handshake is closed without a word to us; the socket must not throw.
  server.on("tlsClientError", (_error, socket) => void socket.destroy());

  return {
    take(socket) {
      socket.on("error", () => undefined);
      if (pending.add(keyOf(socket), socket)) server.emit("connection", socket);
      else socket.destroy();
    },
    reload(changed) {
      const context = contextOptions(checkServerTls(changed));
      // Fails here, before anything has changed, when key and certificate do not fit.
      createSecureContext(context);
      server.setSecureContext(context);
    },
    close() {
      pending.close();
    },
  };
}

/** Sockets whose handshake is under way, by the address of the peer, the oldest first. */
interface Pending {
  /** @returns false when the peer may not come in */
  add(key: string, socket: Socket): boolean;
  remove(key: string): void;
  close(): void;
}

function createPending({ maxHandshakes, enter, leave }: Doorkeeper): Pending {
  const sockets = new Map<string, Socket>();

  function remove(key: string): void {
    if (sockets.delete(key)) leave(key);
  }

  function giveUp(key: string, socket: Socket): void {
    remove(key);
    socket.destroy();
  }

  return {
    add(key, socket) {
      // A peer that has gone already has no address.
      if (socket.remoteAddress === undefined || !enter(key)) return false;
      const [oldest] = sockets;
      if (oldest !== undefined && sockets.size >= maxHandshakes) giveUp(...oldest);
      sockets.set(key, socket);
      socket.on("close", () => sockets.get(key) === socket && remove(key));
      return true;
    },
    remove,
    close() {
      for (const [key, socket] of sockets) giveUp(key, socket);
    },
  };
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
