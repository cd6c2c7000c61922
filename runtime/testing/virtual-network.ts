import type { Environment } from "../environment/environment.ts";
import type { Transport, TransportEvents } from "../transport/transport.ts";

/** How a virtual network treats bytes. */
export interface VirtualNetworkOptions {
  readonly environment: Environment;
  /** Milliseconds that a piece takes, asked for each. Order is kept. Default: 0. */
  readonly delayMs?: (() => number) | undefined;
  /** Where to cut a piece of `length` bytes: the first part's length. Default: not at all. */
  readonly cut?: ((length: number) => number) | undefined;
  /** Bytes on the way above which `write` returns false. Default: 64 KiB. */
  readonly highWaterBytes?: number | undefined;
}

/** One end of a virtual network, with what tests ask of it. */
export interface VirtualTransport extends Transport {
  readonly isPaused: boolean;
  readonly isClosed: boolean;
}

/** Two joined transports on an environment's time: delivery is late, cut and backed up as the options say. */
export function createVirtualPair(options: VirtualNetworkOptions): readonly [VirtualTransport, VirtualTransport] {
  const left = new VirtualEnd("left", options);
  const right = new VirtualEnd("right", options);
  left.peer = right;
  right.peer = left;
  return [left, right];
}

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
  readonly #options: VirtualNetworkOptions;
  #events: TransportEvents | undefined;
  #queue: { bytes: Uint8Array; onWritten: (() => void) | undefined }[];
  #isMoving: boolean;
  #isEnding: boolean;
  #wantsDrain: boolean;

  constructor(name: string, options: VirtualNetworkOptions) {
    this.localAddress = name;
    this.peerAddress = name === "left" ? "right" : "left";
    this.isPrivate = true;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.bytesQueued = 0;
    this.isPaused = false;
    this.isClosed = false;
    this.peer = undefined;
    this.#options = options;
    this.#events = undefined;
    this.#queue = [];
    this.#isMoving = false;
    this.#isEnding = false;
    this.#wantsDrain = false;
  }

  start(events: TransportEvents): void {
    if (this.#events !== undefined) throw new TypeError("A transport is started once.");
    this.#events = events;
    this.peer?.move();
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.#isEnding || this.isClosed) return true;
    this.#queue.push({ bytes, onWritten });
    this.bytesWritten += bytes.length;
    this.bytesQueued += bytes.length;
    this.move();
    this.#wantsDrain ||= this.bytesQueued >= (this.#options.highWaterBytes ?? 65_536);
    return !this.#wantsDrain;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.peer?.move();
  }

  close(): void {
    this.#isEnding = true;
    this.move();
  }

  abort(error?: Error): void {
    this.end(error);
    this.peer?.end(new Error("reset by peer"));
  }

  /** Sets the next delivery going. */
  move(): void {
    if (this.#isMoving || this.isClosed) return;
    this.#isMoving = true;
    this.#options.environment.setTimer(this.#options.delayMs?.() ?? 0, () => this.#deliver());
  }

  end(error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#queue = [];
    this.bytesQueued = 0;
    this.#options.environment.setTimer(0, () => this.#events?.onClose(error));
  }

  #deliver(): void {
    this.#isMoving = false;
    const { peer } = this;
    if (this.isClosed || peer === undefined) return;
    const piece = this.#queue[0];
    if (piece === undefined) return this.#finish(peer);
    if (peer.isPaused || peer.#events === undefined) return;
    const size = this.#options.cut?.(piece.bytes.length) ?? piece.bytes.length;
    const part = new Uint8Array(piece.bytes.subarray(0, size));
    this.bytesQueued -= part.length;
    if (size < piece.bytes.length) piece.bytes = piece.bytes.subarray(size);
    else {
      this.#queue.shift();
      piece.onWritten?.();
    }
    this.#receive(peer, part);
    if (this.#wantsDrain && this.bytesQueued < (this.#options.highWaterBytes ?? 65_536) / 2) this.#drain();
    this.move();
  }

  /** The view is wiped afterwards, as a transport that reuses its memory would. */
  #receive(peer: VirtualEnd, part: Uint8Array): void {
    peer.bytesRead += part.length;
    if (peer.isClosed || peer.#isEnding) return;
    try {
      peer.#events?.onData(part);
    } catch (error) {
      peer.abort(error instanceof Error ? error : new Error(String(error)));
    }
    part.fill(0xaa);
  }

  #drain(): void {
    this.#wantsDrain = false;
    this.#events?.onDrain();
  }

  #finish(peer: VirtualEnd): void {
    if (!this.#isEnding) return;
    if (!peer.#isEnding) peer.close();
    if (peer.#queue.length > 0) return;
    this.end(undefined);
    peer.end(undefined);
  }
}
