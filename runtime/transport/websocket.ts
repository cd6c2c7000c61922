import { RpcError } from "../errors/rpc-error.ts";
import type { Address } from "./address.ts";
import { startConnectTimer } from "./connect-timer.ts";
import type { ConnectOptions, Transport, TransportEvents, TransportKind } from "./transport.ts";

/** The part of the standard `WebSocket` that is used; browsers have it, and Node from 22 on. */
export interface StandardWebSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  addEventListener(type: "open" | "message" | "error" | "close", listener: (event: StandardEvent) => void): void;
  send(bytes: Uint8Array): void;
  close(code?: number): void;
}

/** What a WebSocket reports: `data` of a message, `code` and `reason` of its end. */
export interface StandardEvent {
  readonly data?: unknown;
  readonly code?: number;
  readonly reason?: string;
}

/** Makes a WebSocket. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => StandardWebSocket;

type WebSocketAddress = Extract<Address, { scheme: "ws" | "wss" }>;

/** The protocol and its version, as a subprotocol. */
const subprotocol = "rpcgen.1";
/** One message has at most this many bytes, so that no server finds a frame too long. */
const maxMessageBytes = 64 * 1024;
const highWaterMark = 64 * 1024;
/** A WebSocket does not tell when it has sent, so it is asked every few milliseconds while something waits. */
const pollMs = 5;
/** What a paused transport keeps: a server holds to the credit it was given, which is far less. */
const maxPausedBytes = 64 * 1024 * 1024;

/**
 * WebSockets for clients: `ws://host:port/path`, `wss://...`. Servers take them in at their `tcp:` and `tls:` addresses.
 * @param scheme `ws` or `wss`
 * @param constructor default: the global `WebSocket` at the time of the call
 */
export function createWebSocketTransport(scheme: "ws" | "wss", constructor?: WebSocketConstructor): TransportKind {
  return Object.freeze<TransportKind>({
    scheme,
    isPrivate: (address) => scheme === "wss" || webSocket(address).isLoopback,
    connect: (address, options) => connect(webSocket(address), constructor ?? globalConstructor(address), options),
    listen: (address) =>
      Promise.reject(
        new TypeError(`Nobody listens on ${address.text}: listen on "tcp://host:port"; WebSockets come in there.`),
      ),
  });
}

function webSocket(address: Address): WebSocketAddress {
  if (address.scheme === "ws" || address.scheme === "wss") return address;
  throw new TypeError(`The WebSocket transport cannot serve "${address.text}".`);
}

function globalConstructor(address: Address): WebSocketConstructor {
  const found = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (found !== undefined) return found;
  throw new RpcError({
    reason: "connect_failed",
    message: `Cannot connect to ${address.text}: there is no WebSocket here. Node has it from 22 on; use "tcp://" before.`,
  });
}

async function connect(
  address: WebSocketAddress,
  constructor: WebSocketConstructor,
  { signal, timeoutMs }: ConnectOptions,
): Promise<Transport> {
  const target = address.text;
  if (signal?.aborted === true) throw cancelled(target, signal);
  const socket = new constructor(target, [subprotocol]);
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    let isSettled = false;
    const settle = (): boolean => {
      if (isSettled) return false;
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      return (isSettled = true);
    };
    const fail = (error: RpcError): void => {
      if (!settle()) return;
      socket.close();
      reject(error);
    };
    const onAbort = (): void => fail(cancelled(target, signal));
    const onTimeout = (): void => fail(failed(target, `no answer within ${timeoutMs} ms`));
    const timer = startConnectTimer(timeoutMs, onTimeout);
    signal?.addEventListener("abort", onAbort);
    socket.addEventListener("open", () => {
      if (settle()) resolve(new WebSocketTransport(socket, address));
    });
    // Browsers do not tell pages why: it might be nobody there, a page that may not connect, or no server of ours.
    socket.addEventListener("close", ({ code }) => fail(failed(target, `the WebSocket was not opened (${code})`)));
    // Without a listener Node would report the error; the close event follows in any case.
    socket.addEventListener("error", () => undefined);
  });
}

function failed(target: string, fault: string): RpcError {
  return new RpcError({ reason: "connect_failed", message: `Cannot connect to ${target}: ${fault}.` });
}

function cancelled(target: string, signal: AbortSignal | undefined): RpcError {
  const message = `Connecting to ${target} was cancelled.`;
  return new RpcError({ reason: "cancelled_by_caller", message, cause: signal?.reason });
}

/** States: open -> closing (`close`: nothing is delivered any more) -> closed (the close event); open, closing -> aborted -> closed (a microtask later). */
class WebSocketTransport implements Transport {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  bytesRead: number;
  bytesWritten: number;
  private readonly socket: StandardWebSocket;
  private state: "open" | "closing" | "aborted" | "closed";
  private events: TransportEvents | undefined;
  private error: Error | undefined;
  private waiting: Uint8Array[];
  private waitingBytes: number;
  private paused: boolean;
  private poll: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: StandardWebSocket, address: WebSocketAddress) {
    this.localAddress = "websocket";
    this.peerAddress = address.text;
    this.isPrivate = address.scheme === "wss" || address.isLoopback;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.socket = socket;
    this.state = "open";
    this.events = undefined;
    this.error = undefined;
    this.waiting = [];
    this.waitingBytes = 0;
    this.paused = true;
    this.poll = undefined;
    socket.addEventListener("message", ({ data }) => this.onMessage(data));
    socket.addEventListener("close", ({ code = 1005, reason = "" }) => this.onClose(code, reason));
  }

  get bytesQueued(): number {
    return this.state === "closed" ? 0 : this.socket.bufferedAmount;
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    if (this.state === "closed") queueMicrotask(() => events.onClose(this.error));
    else this.resume();
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.state !== "open") return true;
    this.bytesWritten += bytes.length;
    for (let at = 0; at < bytes.length; at += maxMessageBytes) {
      this.socket.send(bytes.subarray(at, at + maxMessageBytes));
    }
    // The standard takes a copy in `send`.
    if (onWritten !== undefined) this.guard(onWritten);
    if (this.socket.bufferedAmount < highWaterMark) return true;
    this.watch();
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    if (this.waiting.length > 0) queueMicrotask(() => this.deliver());
  }

  close(): void {
    if (this.state !== "open") return;
    this.state = "closing";
    this.waiting = [];
    this.socket.close(1000);
  }

  abort(error?: Error): void {
    if (this.state === "closed" || this.state === "aborted") return;
    this.state = "aborted";
    this.error = error;
    this.socket.close();
    queueMicrotask(() => this.end());
  }

  private onMessage(data: unknown): void {
    if (this.state !== "open") return;
    if (!(data instanceof ArrayBuffer)) return this.abort(new Error("The server sent text; expected binary messages."));
    if (data.byteLength === 0) return;
    const bytes = new Uint8Array(data);
    this.bytesRead += bytes.length;
    if (!this.paused && this.waiting.length === 0) return this.guard(() => this.events?.onData(bytes));
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (this.waitingBytes > maxPausedBytes) this.abort(new Error("The server sends more than it may."));
  }

  private deliver(): void {
    while (this.waiting.length > 0 && !this.paused && this.state === "open") {
      const bytes = this.waiting.shift() as Uint8Array;
      this.waitingBytes -= bytes.length;
      this.guard(() => this.events?.onData(bytes));
    }
  }

  private onClose(code: number, reason: string): void {
    if (this.state === "aborted") return;
    const isPolite = this.state === "closing" || code === 1000 || code === 1001 || code === 1005;
    if (!isPolite) this.error = new Error(`The WebSocket was closed with code ${code}${reason && `: ${reason}`}.`);
    this.end();
  }

  private end(): void {
    if (this.state === "closed") return;
    this.deliver();
    this.state = "closed";
    this.waiting = [];
    clearTimeout(this.poll);
    const events = this.events;
    if (events !== undefined) this.guard(() => events.onClose(this.error));
  }

  private watch(): void {
    this.poll ??= setTimeout(() => {
      this.poll = undefined;
      if (this.state === "closed") return;
      if (this.socket.bufferedAmount >= highWaterMark) this.watch();
      else this.guard(() => this.events?.onDrain());
    }, pollMs);
  }

  private guard(action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
