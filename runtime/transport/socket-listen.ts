import { createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { RpcError } from "../errors/rpc-error.ts";
import { connectFault } from "./socket-connect.ts";
import { socketHighWaterMark, SocketTransport, type SocketTransportOptions } from "./socket-transport.ts";
import type { Transport, TransportListener } from "./transport.ts";
import { turnShare } from "./turn-share.ts";

/** How a kind of socket listens. */
export interface SocketListen {
  /** What errors call the address. */
  readonly target: string;
  readonly listenOptions: ListenOptions;
  readonly describe: (socket: Socket) => SocketTransportOptions;
  /** Called for each accepted socket before it becomes a transport. */
  readonly prepare?: (socket: Socket) => void;
  /** The address with the port that the system chose. */
  readonly address: (server: Server) => string;
  readonly accept: (transport: Transport) => void;
  /** Gets each accepted socket in place of `accept`, for those that are no transports yet. */
  readonly take?: (socket: Socket) => void;
}

/** Listens. @throws RpcError `unavailable` naming the address and the fault */
export function listenSocket(listen: SocketListen): Promise<TransportListener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ highWaterMark: socketHighWaterMark, noDelay: true }, (socket) => {
      turnShare.onArrival();
      if (listen.take === undefined) acceptSocket(socket, listen);
      else listen.take(socket);
    });
    server.once("error", (error) => reject(listenFailed(listen.target, error)));
    server.listen(listen.listenOptions, () => {
      server.removeAllListeners("error");
      // A fault of accept (EMFILE) concerns the peer that could not come in; listening goes on.
      server.on("error", () => undefined);
      resolve({ address: listen.address(server), close: () => closeServer(server) });
    });
  });
}

function acceptSocket(socket: Socket, listen: SocketListen): void {
  const transport = new SocketTransport(socket, listen.describe(socket));
  try {
    listen.prepare?.(socket);
    transport.listenToData();
    listen.accept(transport);
  } catch (error) {
    transport.abort(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves when the listening socket is closed; accepted sockets live on, so `server.close` itself is not waited for. */
function closeServer(server: Server): Promise<void> {
  server.close();
  return Promise.resolve();
}

function listenFailed(target: string, error: Error & { readonly code?: string }): RpcError {
  const advice =
    error.code === "EADDRINUSE"
      ? " Stop the other process or choose another address; tcp port 0 lets the system choose."
      : "";
  return new RpcError({
    reason: "connect_failed",
    message: `Cannot listen on ${target}: ${connectFault(error)}.${advice}`,
    cause: error,
  });
}
