import type { Environment, Timer } from "../environment/environment.ts";
import type { Limits } from "../protocol/limits.ts";

/** What {@link Liveness} asks and tells. */
export interface LivenessOptions {
  readonly environment: Environment;
  readonly limits: Limits;
  /** Calls run. */
  readonly isBusy: () => boolean;
  /** A frame has begun and not ended, and we are reading. */
  readonly isPartial: () => boolean;
  readonly sendPing: () => void;
  /** The peer is silent, or stuck in a frame. */
  readonly onDead: (message: string) => void;
}

/** Watches that the peer is there: pings while calls run and nothing comes, and a limit for frames that stop half-way. Its timers never keep the process alive. */
export class Liveness {
  private readonly options: LivenessOptions;
  private lastReadMs: number;
  private keepalive: Timer | undefined;
  private partial: Timer | undefined;
  private closed: boolean;

  constructor(options: LivenessOptions) {
    this.options = options;
    this.lastReadMs = options.environment.now();
    this.keepalive = undefined;
    this.partial = undefined;
    this.closed = false;
  }

  /** After each piece of input, which came at `nowMs`. */
  onRead(nowMs: number): void {
    this.lastReadMs = nowMs;
    if (this.partial === undefined && this.options.isPartial()) this.watchPartial(this.options.limits.partialFrameMs);
  }

  /** A call began. */
  onBusy(): void {
    const { keepaliveMs } = this.options.limits;
    if (this.keepalive !== undefined || keepaliveMs === 0 || this.closed) return;
    this.lastReadMs = this.options.environment.now();
    this.watchSilence(keepaliveMs);
  }

  close(): void {
    this.closed = true;
    this.keepalive?.cancel();
    this.partial?.cancel();
  }

  private silentMs(): number {
    return this.options.environment.now() - this.lastReadMs;
  }

  private watchSilence(delayMs: number): void {
    const { limits, isBusy, sendPing } = this.options;
    this.keepalive = this.setTimer(delayMs, () => {
      this.keepalive = undefined;
      if (!isBusy()) return;
      const leftMs = limits.keepaliveMs - this.silentMs();
      if (leftMs > 0) return this.watchSilence(leftMs);
      sendPing();
      this.watchAnswer();
    });
  }

  private watchAnswer(): void {
    const { limits, onDead, isBusy } = this.options;
    const askedMs = this.options.environment.now();
    this.keepalive = this.setTimer(limits.keepaliveTimeoutMs, () => {
      this.keepalive = undefined;
      if (this.lastReadMs < askedMs) onDead(`The peer did not answer a ping within ${limits.keepaliveTimeoutMs} ms.`);
      else if (isBusy()) this.watchSilence(Math.max(limits.keepaliveMs - this.silentMs(), 0));
    });
  }

  private watchPartial(delayMs: number): void {
    const { limits, isPartial, onDead } = this.options;
    this.partial = this.setTimer(delayMs, () => {
      this.partial = undefined;
      if (!isPartial()) return;
      const leftMs = limits.partialFrameMs - this.silentMs();
      if (leftMs > 0) this.watchPartial(leftMs);
      else onDead(`The peer stopped in the middle of a frame for ${limits.partialFrameMs} ms.`);
    });
  }

  /** A fraction of a millisecond that rounding has left would come back for ever on a clock that it does not move. */
  private setTimer(delayMs: number, action: () => void): Timer {
    const timer = this.options.environment.setTimer(Math.max(delayMs, 1), action);
    timer.unref();
    return timer;
  }
}
