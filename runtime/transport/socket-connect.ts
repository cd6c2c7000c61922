import { Socket, type SocketConnectOpts } from "node:net";
import { RpcError } from "../errors/rpc-error.ts";
import { startConnectTimer } from "./connect-timer.ts";
import { socketHighWaterMark, SocketTransport, type SocketTransportOptions } from "./socket-transport.ts";
import type { ConnectOptions } from "./transport.ts";

const receiveBufferBytes = 64 * 1024;

/** Scratch memory that every socket of the thread reads into, made with the first: 64 KiB for each idle one would be most of what it takes. */
let sharedReceiveBuffer: Uint8Array | undefined;

/** How a kind of socket connects. */
export interface SocketConnect {
  /** What errors call the target: `tcp://127.0.0.1:9000`. */
  readonly target: string;
  readonly socketOptions: SocketConnectOpts;
  /** Called before it connects. Some options of a socket hold only when they are set here: `connect` drops them without a word. */
  readonly prepare?: (socket: Socket) => void;
  readonly describe: (socket: Socket) => SocketTransportOptions;
}

/**
 * Connects a socket that reads into one reused buffer.
 * @throws RpcError `unavailable`/`connect_failed`, or `cancelled` when the signal fires
 */
export function connectSocket(connect: SocketConnect, options: ConnectOptions): Promise<SocketTransport> {
  return new Promise((resolve, reject) => {
    const link: { transport?: SocketTransport } = {};
    const onread = { buffer: receiveBuffer(), callback: receiveInto(link) };
    const streamOptions = { allowHalfOpen: false, writableHighWaterMark: socketHighWaterMark, onread };
    const socket = new Socket(streamOptions);
    const settle = (): void => {
      timer.cancel();
      options.signal?.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.off("connect", onConnect);
    };
    const fail = (error: RpcError): void => {
      settle();
      socket.on("error", () => undefined);
      socket.destroy();
      reject(error);
    };
    const onError = (error: Error): void => fail(connectFailed(connect.target, connectFault(error), error));
    const onConnect = (): void => {
      settle();
      link.transport = new SocketTransport(socket, connect.describe(socket));
      resolve(link.transport);
    };
    const onAbort = (): void => fail(connectCancelled(connect.target, options.signal));
    const onTimeout = (): void => fail(connectFailed(connect.target, `no answer within ${options.timeoutMs} ms`));
    const timer = startConnectTimer(options.timeoutMs, onTimeout);
    if (options.signal?.aborted === true) return onAbort();
    options.signal?.addEventListener("abort", onAbort);
    socket.on("error", onError);
    socket.on("connect", onConnect);
    connect.prepare?.(socket);
    socket.connect(connect.socketOptions);
  });
}

/**
 * What has been read is handed on and used before anything else is read, so sockets can share it; except on Windows, where a read that is waiting
 * for bytes has been given the memory already.
 */
function receiveBuffer(): Uint8Array {
  if (process.platform === "win32") return new Uint8Array(receiveBufferBytes);
  sharedReceiveBuffer ??= new Uint8Array(receiveBufferBytes);
  return sharedReceiveBuffer;
}

function receiveInto(link: { transport?: SocketTransport }): (count: number, buffer: Uint8Array) => boolean {
  return (count, buffer) => link.transport?.receive(buffer.subarray(0, count)) ?? true;
}

/** The error of every transport that could not connect. */
export function connectFailed(target: string, fault: string, cause?: unknown): RpcError {
  return new RpcError({ reason: "connect_failed", message: `Cannot connect to ${target}: ${fault}.`, cause });
}

/** The error of an attempt that its caller gave up. */
export function connectCancelled(target: string, signal: AbortSignal | undefined): RpcError {
  return new RpcError({
    reason: "cancelled_by_caller",
    message: `Connecting to ${target} was cancelled.`,
    cause: signal?.reason,
  });
}

const faults: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there (ECONNREFUSED)",
  ENOENT: "the socket file does not exist (ENOENT)",
  ENOTFOUND: "the host name is unknown (ENOTFOUND)",
  EACCES: "access is denied (EACCES)",
  ENETUNREACH: "the network cannot be reached (ENETUNREACH)",
  EHOSTUNREACH: "the host cannot be reached (EHOSTUNREACH)",
  EADDRINUSE: "the address is in use (EADDRINUSE)",
  EADDRNOTAVAIL: "this machine has no such address (EADDRNOTAVAIL)",
};

/** A system error in words. */
export function connectFault(error: Error & { readonly code?: string }): string {
  return faults[error.code ?? ""] ?? (error.message || error.code || "unknown fault");
}
