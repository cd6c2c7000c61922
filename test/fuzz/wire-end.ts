import type { Transport, TransportEvents } from "../../runtime/transport/transport.ts";
import type { Lots } from "./mutate.ts";

/** Views are good for the call alone: these bytes are written over after it. */
const reused = new Uint8Array(16 * 1024);

/** A transport that hands bytes on within `feed`, so that what is thrown reaches the case. */
export class WireEnd implements Transport {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly bytesQueued: number;
  isClosed: boolean;
  /** Copies of what was written; undefined: nobody asks for it. */
  readonly written: Uint8Array[] | undefined;
  private events: TransportEvents | undefined;

  constructor(keepsWritten: boolean = false) {
    this.localAddress = "127.0.0.1:9000";
    this.peerAddress = "127.0.0.1:51234";
    this.isPrivate = true;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.bytesQueued = 0;
    this.isClosed = false;
    this.written = keepsWritten ? [] : undefined;
    this.events = undefined;
  }

  start(events: TransportEvents): void {
    this.events = events;
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.isClosed) return true;
    this.written?.push(new Uint8Array(bytes));
    onWritten?.();
    return true;
  }

  pause(): void {}

  resume(): void {}

  close(): void {
    this.end();
  }

  abort(error?: Error): void {
    this.end(error);
  }

  end(error?: Error): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.events?.onClose(error);
  }

  /** `bytes` whole, in two pieces, or one by one. */
  feed(bytes: Uint8Array, lots: Lots): void {
    if (lots.below(16) === 0) return this.feedPieces(bytes, 1);
    const at = lots.below(bytes.length + 1);
    this.feedPart(bytes, 0, at);
    this.feedPart(bytes, at, bytes.length);
  }

  feedPieces(bytes: Uint8Array, size: number): void {
    for (let at = 0; at < bytes.length; at += size) this.feedPart(bytes, at, Math.min(at + size, bytes.length));
  }

  private feedPart(bytes: Uint8Array, from: number, to: number): void {
    if (from === to || this.isClosed) return;
    const memory = to - from > reused.length ? new Uint8Array(to - from) : reused;
    memory.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to));
    this.events?.onData(memory.subarray(0, to - from));
    memory.fill(0xaa, 0, to - from);
  }
}
