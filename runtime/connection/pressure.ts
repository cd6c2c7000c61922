import type { Environment, Timer } from "../environment/environment.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Transport } from "../transport/transport.ts";

/** What {@link Pressure} needs. */
export interface PressureOptions {
  readonly environment: Environment;
  readonly transport: Transport;
  readonly limits: Limits;
  /** The peer takes nothing any more. */
  readonly onSlowPeer: () => void;
  /** Stops and resumes reading while too much waits; only a server does [FLW-8]. */
  readonly pausesReading: boolean;
}

/** What a full transport means: a watch on whether the peer takes anything at all, and a pause of reading while too much waits for it. */
export class Pressure {
  /** True while we do not read because too much waits to be sent. */
  isReadingPaused: boolean;
  readonly #options: PressureOptions;
  #slowTimer: Timer | undefined;
  #takenBytes: number;
  #closed: boolean;

  constructor(options: PressureOptions) {
    this.isReadingPaused = false;
    this.#options = options;
    this.#slowTimer = undefined;
    this.#takenBytes = 0;
    this.#closed = false;
  }

  /** The transport is full. */
  onBlocked(): void {
    if (this.#slowTimer === undefined && !this.#closed) this.#watch();
  }

  /** The transport takes more. */
  onDrain(): void {
    this.#slowTimer?.cancel();
    this.#slowTimer = undefined;
  }

  /** While the transport is full, no more is read than leaves [FLW-8]; a client must go on reading, or both sides might wait for each other. */
  check(isBlocked: boolean, waitingBytes: number): void {
    const { transport, limits, pausesReading } = this.#options;
    if (!pausesReading || this.#closed) return;
    const isFull = isBlocked && waitingBytes + transport.bytesQueued > limits.outboundPauseBytes;
    if (isFull === this.isReadingPaused) return;
    this.isReadingPaused = isFull;
    if (isFull) transport.pause();
    else transport.resume();
  }

  close(): void {
    this.#closed = true;
    this.#slowTimer?.cancel();
  }

  #watch(): void {
    const { transport, environment, limits } = this.#options;
    this.#takenBytes = transport.bytesWritten - transport.bytesQueued;
    this.#slowTimer = environment.setTimer(limits.slowPeerMs, () => {
      this.#slowTimer = undefined;
      if (transport.bytesWritten - transport.bytesQueued === this.#takenBytes) this.#options.onSlowPeer();
      else this.#watch();
    });
    this.#slowTimer.unref();
  }
}
