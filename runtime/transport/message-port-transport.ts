import { type MessageEndpoint, onGone, onMessage } from "./message-endpoint.ts";
import type { Transport, TransportEvents } from "./transport.ts";

/** What the two sides are called. */
export interface PortAddresses {
  readonly localAddress: string;
  readonly peerAddress: string;
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly onWritten: (() => void) | undefined;
}

/** Bytes that may be under way to the other thread; the rest waits here, where it can be seen. */
const windowBytes = 256 * 1024;
/** The other thread says what it has used after so many bytes. */
const acknowledgeBytes = windowBytes / 4;
const highWaterMark = 64 * 1024;

/**
 * A port as a transport. Ports know no back-pressure, so the receiver acknowledges. Messages: bytes (a copy, handed over), a number (bytes used
 * since the last one), `end` (nothing more comes; answered by `end`), `abort`.
 */
export function createPortTransport(port: MessageEndpoint, addresses: PortAddresses): Transport {
  return new PortTransport(port, addresses);
}

/** States: open -> closing (`close`: what waits is sent, then `end`) -> closed (the other side's `end`, `abort`, its thread gone). */
class PortTransport implements Transport {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  bytesRead: number;
  bytesWritten: number;
  bytesQueued: number;
  private readonly port: MessageEndpoint;
  private state: "open" | "closing" | "closed";
  private events: TransportEvents | undefined;
  private error: Error | undefined;
  private waiting: Chunk[];
  private received: Uint8Array[];
  private underWay: number;
  private used: number;
  private wantsDrain: boolean;
  private hasSentEnd: boolean;
  private peerEnded: boolean;
  private paused: boolean;

  constructor(port: MessageEndpoint, { localAddress, peerAddress }: PortAddresses) {
    this.localAddress = localAddress;
    this.peerAddress = peerAddress;
    this.isPrivate = true;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.bytesQueued = 0;
    this.port = port;
    this.state = "open";
    this.events = undefined;
    this.error = undefined;
    this.waiting = [];
    this.received = [];
    this.underWay = 0;
    this.used = 0;
    this.wantsDrain = false;
    this.hasSentEnd = false;
    this.peerEnded = false;
    this.paused = false;
    onMessage(port, (message) => this.onMessage(message));
    onGone(port, () => this.finish(new Error("The thread on the other side is gone.")));
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    if (this.state === "closed") queueMicrotask(() => this.guard(() => events.onClose(this.error)));
    else queueMicrotask(() => this.deliver());
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.state !== "open") return true;
    this.bytesWritten += bytes.length;
    this.bytesQueued += bytes.length;
    this.waiting.push({ bytes, onWritten });
    this.send();
    if (this.bytesQueued < highWaterMark) return true;
    this.wantsDrain = true;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    queueMicrotask(() => this.deliver());
  }

  close(): void {
    if (this.state !== "open") return;
    this.state = "closing";
    this.received = [];
    this.send();
  }

  abort(error?: Error): void {
    if (this.state === "closed") return;
    this.post("abort");
    this.finish(error);
  }

  /** Hands over what the window has room for; at least one chunk, however long, when nothing is under way. */
  private send(): void {
    const waiting = this.waiting;
    let count = 0;
    while (count < waiting.length && (this.underWay < windowBytes || this.peerEnded)) {
      const { bytes, onWritten } = waiting[count++] as Chunk;
      const copy = new Uint8Array(bytes);
      // Empties the copy, so its length is gone afterwards.
      this.port.postMessage(copy, [copy.buffer]);
      this.underWay += bytes.length;
      this.bytesQueued -= bytes.length;
      if (onWritten !== undefined) this.guard(onWritten);
    }
    if (count > 0) waiting.splice(0, count);
    if (this.state === "closing" && waiting.length === 0) this.sendEnd();
  }

  private sendEnd(): void {
    if (this.hasSentEnd) return;
    this.hasSentEnd = true;
    this.post("end");
  }

  private post(message: "abort" | "end" | number): void {
    this.port.postMessage(message, []);
  }

  private onMessage(message: unknown): void {
    if (this.state === "closed") return;
    if (message instanceof Uint8Array) this.onBytes(message);
    else if (typeof message === "number") this.onUsed(message);
    else if (message === "end") this.onEnd();
    else this.finish(new Error("The peer aborted the connection."));
  }

  private onBytes(bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    if (this.state !== "open" || bytes.length === 0) return;
    this.received.push(bytes);
    this.deliver();
  }

  private onUsed(bytes: number): void {
    this.underWay -= bytes;
    this.send();
    if (!this.wantsDrain || this.bytesQueued >= highWaterMark || this.state !== "open") return;
    this.wantsDrain = false;
    this.guard(() => this.events?.onDrain());
  }

  private onEnd(): void {
    this.peerEnded = true;
    if (this.events === undefined && this.state === "open") return;
    this.deliver();
  }

  private deliver(): void {
    const events = this.events;
    if (events === undefined) return;
    while (this.received.length > 0 && this.state === "open" && (!this.paused || this.peerEnded)) {
      const bytes = this.received.shift() as Uint8Array;
      this.guard(() => events.onData(bytes));
      this.acknowledge(bytes.length);
    }
    if (this.peerEnded) this.leave();
  }

  private acknowledge(bytes: number): void {
    this.used += bytes;
    if (this.used < acknowledgeBytes || this.state === "closed") return;
    this.post(this.used);
    this.used = 0;
  }

  /** The other side has ended: what waits here is still sent, then this side ends too. */
  private leave(): void {
    if (this.state === "closed") return;
    this.state = "closing";
    this.send();
    this.finish(undefined);
  }

  private finish(error: Error | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.error = error;
    this.waiting = [];
    this.received = [];
    this.bytesQueued = 0;
    this.port.close?.();
    const events = this.events;
    if (events !== undefined) queueMicrotask(() => this.guard(() => events.onClose(error)));
  }

  private guard(action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
