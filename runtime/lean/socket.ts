import type { Environment } from "../environment/environment.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { fault } from "../errors/fault.ts";
import type { StandardWebSocket, WebSocketConstructor } from "../transport/websocket.ts";
import { join } from "./frames.ts";

/** What a {@link Socket} needs and tells. */
export interface SocketOptions {
  readonly target: string;
  readonly environment: Environment;
  onOpen(): void;
  onData(bytes: Uint8Array): void;
  /** The end, unless {@link Socket.close} came first. No error: a polite one. */
  onClose(error: RpcError | undefined): void;
  /** Writes what is due. @returns true when more is due than there is room for */
  fill(): boolean;
  /** All that was written is with the socket. */
  onFlushed(): void;
}

/** A WebSocket that sends what is written in one turn together. */
export interface Socket {
  readonly hasRoom: boolean;
  /** Bytes that the socket has not sent yet. */
  readonly queuedBytes: number;
  /** Nothing waits for the end of the turn. */
  readonly isFlushed: boolean;
  dial(): void;
  write(frame: Uint8Array): void;
  /** Something may be due: fills and sends at the end of this turn. */
  wake(): void;
  close(): void;
}

const subprotocol = "rpcgen.1";
/** One message has at most this many bytes, so that no server finds it too long [WSK-3]. */
const maxMessageBytes = 64 * 1024;
const highWaterMark = 256 * 1024;
/** A WebSocket does not tell when it has sent, so it is asked every few milliseconds while something waits. */
const pollMs = 5;

export function openSocket(options: SocketOptions): Socket {
  const { target, environment } = options;
  let socket: StandardWebSocket | undefined;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  let isOpen = false;
  let isOver = false;
  let isAwake = false;

  function wake(): void {
    if (isAwake || isOver) return;
    isAwake = true;
    environment.defer(flush);
  }

  function flush(): void {
    isAwake = false;
    if (isOver) return;
    const isFull = options.fill();
    send();
    if (isFull) {
      isAwake = true;
      environment.setTimer(pollMs, flush);
    } else options.onFlushed();
  }

  function send(): void {
    if (!isOpen || batchBytes === 0) return;
    const bytes = join(batch);
    batch = [];
    batchBytes = 0;
    for (let at = 0; at < bytes.length; at += maxMessageBytes) socket?.send(bytes.subarray(at, at + maxMessageBytes));
  }

  function end(error: RpcError | undefined): void {
    if (isOver) return;
    isOver = true;
    options.onClose(error);
  }

  function onMessage(data: unknown): void {
    if (isOver) return;
    if (data instanceof ArrayBuffer) return options.onData(new Uint8Array(data));
    socket?.close();
    end(fault("protocol_violated", `${target} sent text; expected binary messages.`));
  }

  /** Browsers do not tell pages why: it might be nobody there, a page that may not connect, or no server of ours. */
  function onClose(code = 1005, reason = ""): void {
    const isPolite = isOpen && (code === 1000 || code === 1001 || code === 1005);
    const what = isOpen
      ? `The connection to ${target} was closed`
      : `Cannot connect to ${target}: the WebSocket was not opened`;
    const message = `${what} (${code}${reason && ` ${reason}`}).`;
    end(isPolite ? undefined : fault(isOpen ? "connection_lost" : "connect_failed", message));
  }

  return {
    get hasRoom() {
      return isOpen && batchBytes + (socket?.bufferedAmount ?? 0) < highWaterMark;
    },
    get queuedBytes() {
      return socket?.bufferedAmount ?? 0;
    },
    get isFlushed() {
      return batchBytes === 0;
    },
    dial() {
      const { WebSocket } = globalThis as unknown as { WebSocket: WebSocketConstructor };
      socket = new WebSocket(target, [subprotocol]);
      socket.binaryType = "arraybuffer";
      socket.addEventListener("open", () => {
        isOpen = true;
        if (!isOver) options.onOpen();
      });
      socket.addEventListener("message", ({ data }) => onMessage(data));
      socket.addEventListener("close", ({ code, reason }) => onClose(code, reason));
      // Without a listener Node would report the error; the close event follows in any case.
      socket.addEventListener("error", () => undefined);
    },
    write(frame) {
      batch.push(frame);
      batchBytes += frame.length;
      wake();
    },
    wake,
    close() {
      if (!isOver) send();
      isOver = true;
      if (isOpen) socket?.close(1000);
      else socket?.close();
    },
  };
}
