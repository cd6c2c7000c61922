import type { Environment, Timer } from "../environment/environment.ts";
import type { Transport, TransportEvents } from "../transport/transport.ts";

/** How a virtual network treats bytes. */
export interface VirtualNetworkOptions {
  readonly environment: Environment;
  /** Milliseconds that a piece takes, asked for each. Order is kept. Default: 0. */
  readonly delayMs?: (() => number) | undefined;
  /** Where to cut a piece of `length` bytes: the first part's length. Default: not at all. */
  readonly cut?: ((length: number) => number) | undefined;
  /** Bytes that go through in a millisecond, each direction. Default: any number. */
  readonly bytesPerMs?: (() => number) | undefined;
  /** Bytes on the way above which `write` returns false. Default: 64 KiB. */
  readonly highWaterBytes?: number | undefined;
}

/** One end of a virtual network, with what tests ask of it. */
export interface VirtualTransport extends Transport {
  readonly isPaused: boolean;
  readonly isClosed: boolean;
  /** While true, nothing that this end sends arrives, not even its end: as when a cable is cut. */
  isMute: boolean;
}

const defaultHighWaterBytes = 65_536;
const firstMemoryBytes = 4_096;
const noMemory: Uint8Array = new Uint8Array(0);

/** Two joined transports on an environment's time: delivery is late, cut and backed up as the options say. */
export function createVirtualPair(
  options: VirtualNetworkOptions,
  names: readonly [string, string] = ["left", "right"],
): readonly [VirtualTransport, VirtualTransport] {
  const left = new VirtualEnd(names[0], names[1], options);
  const right = new VirtualEnd(names[1], names[0], options);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

interface Piece {
  readonly bytes: Uint8Array;
  /** How much of it has arrived. */
  offset: number;
  readonly dueMs: number;
  readonly onWritten: (() => void) | undefined;
}

/** open -> ending (`close`, or the peer's) -> closed; open or ending -> closed (`abort`, or the peer's, when it arrives). */
class VirtualEnd implements VirtualTransport {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  bytesRead: number;
  bytesWritten: number;
  bytesQueued: number;
  isPaused: boolean;
  isClosed: boolean;
  peer: VirtualEnd | undefined;
  private readonly options: VirtualNetworkOptions;
  private readonly highWaterBytes: number;
  private events: TransportEvents | undefined;
  private queue: Piece[];
  private lastDueMs: number;
  private timer: Timer | undefined;
  private mute: boolean;
  private isEnding: boolean;
  /** The end was abrupt, and the peer has not heard of it. */
  private hasReset: boolean;
  private wantsDrain: boolean;
  private memory: Uint8Array;
  private readonly deliverNext: () => void;

  constructor(name: string, peerName: string, options: VirtualNetworkOptions) {
    this.localAddress = name;
    this.peerAddress = peerName;
    this.isPrivate = true;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.bytesQueued = 0;
    this.isPaused = false;
    this.isClosed = false;
    this.peer = undefined;
    this.options = options;
    this.highWaterBytes = options.highWaterBytes ?? defaultHighWaterBytes;
    this.events = undefined;
    this.queue = [];
    this.lastDueMs = 0;
    this.timer = undefined;
    this.mute = false;
    this.isEnding = false;
    this.hasReset = false;
    this.wantsDrain = false;
    this.memory = noMemory;
    this.deliverNext = () => this.deliver();
  }

  get isMute(): boolean {
    return this.mute;
  }

  set isMute(value: boolean) {
    this.mute = value;
    if (value) return;
    this.move();
    if (this.hasReset) this.reset();
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined) throw new TypeError("A transport is started once.");
    this.events = events;
    if (this.isClosed) this.options.environment.setTimer(0, () => events.onClose(new Error("reset by peer")));
    this.peer?.move();
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.isEnding || this.isClosed) return true;
    const { environment, delayMs, bytesPerMs } = this.options;
    const arrivesMs = Math.max(this.lastDueMs, environment.now() + (delayMs?.() ?? 0));
    this.lastDueMs = arrivesMs + (bytesPerMs === undefined ? 0 : bytes.length / bytesPerMs());
    this.queue.push({ bytes, offset: 0, onWritten, dueMs: this.lastDueMs });
    this.bytesWritten += bytes.length;
    this.bytesQueued += bytes.length;
    this.move();
    this.wantsDrain ||= this.bytesQueued >= this.highWaterBytes;
    return !this.wantsDrain;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.peer?.move();
  }

  close(): void {
    this.isEnding = true;
    this.move();
  }

  abort(error?: Error): void {
    if (this.isClosed) return;
    this.hasReset = true;
    this.end(error);
    if (!this.mute) this.reset();
  }

  /** Sets the next delivery going. */
  move(): void {
    if (this.timer !== undefined || this.isClosed || this.mute) return;
    const { environment } = this.options;
    const delayMs = (this.queue[0]?.dueMs ?? 0) - environment.now();
    this.timer = environment.setTimer(Math.max(0, delayMs), this.deliverNext);
  }

  end(error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.timer?.cancel();
    this.queue = [];
    this.bytesQueued = 0;
    this.options.environment.setTimer(0, () => this.events?.onClose(error));
  }

  private reset(): void {
    this.hasReset = false;
    this.options.environment.setTimer(this.options.delayMs?.() ?? 0, () => this.peer?.end(new Error("reset by peer")));
  }

  private deliver(): void {
    this.timer = undefined;
    const { peer } = this;
    if (this.isClosed || this.mute || peer === undefined) return;
    const piece = this.queue[0];
    if (piece === undefined) return this.finish(peer);
    if (peer.isClosed) return;
    if (peer.isPaused || peer.events === undefined) return;
    const rest = piece.bytes.length - piece.offset;
    const part = this.take(piece, this.options.cut?.(rest) ?? rest);
    this.bytesQueued -= part.length;
    if (piece.offset === piece.bytes.length) {
      this.queue.shift();
      piece.onWritten?.();
    }
    this.receive(peer, part);
    if (this.wantsDrain && this.bytesQueued < this.highWaterBytes / 2) this.drain();
    this.move();
  }

  /** The next bytes of a piece, in memory that is used for all. */
  private take(piece: Piece, size: number): Uint8Array {
    const { bytes, offset } = piece;
    const length = Math.min(size, bytes.length - offset);
    if (length > this.memory.length) this.memory = new Uint8Array(Math.max(length, firstMemoryBytes));
    const part = this.memory.subarray(0, length);
    if (length > 32) part.set(bytes.subarray(offset, offset + length));
    else for (let at = 0; at < length; at++) part[at] = bytes[offset + at] as number;
    piece.offset += length;
    return part;
  }

  /** The view is wiped afterwards: nobody may keep it. */
  private receive(peer: VirtualEnd, part: Uint8Array): void {
    peer.bytesRead += part.length;
    if (peer.isClosed || peer.isEnding) return;
    try {
      peer.events?.onData(part);
    } catch (error) {
      peer.abort(error instanceof Error ? error : new Error(String(error)));
    }
    part.fill(0xaa);
  }

  private drain(): void {
    this.wantsDrain = false;
    this.events?.onDrain();
  }

  private finish(peer: VirtualEnd): void {
    if (!this.isEnding) return;
    if (!peer.isEnding) peer.close();
    if (peer.queue.length > 0) return;
    this.end(undefined);
    if (!peer.mute) peer.end(undefined);
  }
}
