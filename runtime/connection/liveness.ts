import type { Environment, Timer } from "../environment/environment.ts";
import { setPatientTimer } from "../environment/patient-timer.ts";
import type { Limits } from "../protocol/limits.ts";

/** The connection that {@link Liveness} watches. */
export interface LivenessLink {
  readonly environment: Environment;
  readonly limits: Limits;
  /** Calls run. */
  readonly isBusy: boolean;
  /** A frame has begun and not ended, and we are reading. */
  readonly isPartial: boolean;
  /** Input waits that we have not got to. */
  readonly isBehind: boolean;
  sendPing(): void;
  /** The peer is silent, or stuck in a frame. */
  lose(message: string): void;
}

/** Watches that the peer is there: pings while calls run and nothing comes, and a limit for frames that stop half-way. Its timers never keep the process alive. */
export class Liveness {
  private readonly link: LivenessLink;
  private lastReadMs: number;
  private keepalive: Timer | undefined;
  private partial: Timer | undefined;
  private closed: boolean;

  constructor(link: LivenessLink) {
    this.link = link;
    this.lastReadMs = link.environment.now();
    this.keepalive = undefined;
    this.partial = undefined;
    this.closed = false;
  }

  /** After each piece of input, which came at `nowMs`. */
  onRead(nowMs: number): void {
    this.lastReadMs = nowMs;
    if (this.partial === undefined && this.link.isPartial) this.watchPartial(this.link.limits.partialFrameMs);
  }

  /** A call began. */
  onBusy(): void {
    const { keepaliveMs } = this.link.limits;
    if (this.keepalive !== undefined || keepaliveMs === 0 || this.closed) return;
    this.lastReadMs = this.link.environment.now();
    this.watchSilence(keepaliveMs);
  }

  close(): void {
    this.closed = true;
    this.keepalive?.cancel();
    this.partial?.cancel();
  }

  private silentMs(): number {
    return this.link.environment.now() - this.lastReadMs;
  }

  private watchSilence(delayMs: number): void {
    const { link } = this;
    this.keepalive = this.setTimer(delayMs, () => {
      this.keepalive = undefined;
      if (!link.isBusy) return;
      const leftMs = link.limits.keepaliveMs - this.silentMs();
      if (leftMs > 0) return this.watchSilence(leftMs);
      link.sendPing();
      this.watchAnswer(link.environment.now(), link.limits.keepaliveTimeoutMs);
    });
  }

  /** Looks as soon as the next ping may be due: an answer must not put it off. */
  private watchAnswer(askedMs: number, leftMs: number): void {
    const { link } = this;
    const { keepaliveMs, keepaliveTimeoutMs } = link.limits;
    this.keepalive = this.setTimer(Math.min(leftMs, keepaliveMs), () => {
      this.keepalive = undefined;
      const nowMs = link.environment.now();
      if (this.lastReadMs >= askedMs || link.isBehind) {
        if (link.isBusy) this.watchSilence(Math.max(keepaliveMs - this.silentMs(), 0));
      } else if (nowMs - askedMs < keepaliveTimeoutMs)
        this.watchAnswer(askedMs, keepaliveTimeoutMs - (nowMs - askedMs));
      else link.lose(`The peer did not answer a ping within ${keepaliveTimeoutMs} ms.`);
    });
  }

  private watchPartial(delayMs: number): void {
    const { link } = this;
    const { partialFrameMs } = link.limits;
    this.partial = this.setTimer(delayMs, () => {
      this.partial = undefined;
      if (!link.isPartial) return;
      const leftMs = partialFrameMs - this.silentMs();
      if (leftMs > 0) this.watchPartial(leftMs);
      else link.lose(`The peer stopped in the middle of a frame for ${partialFrameMs} ms.`);
    });
  }

  /** A fraction of a millisecond that rounding has left would come back for ever on a clock that it does not move. */
  private setTimer(delayMs: number, action: () => void): Timer {
    const timer = setPatientTimer(this.link.environment, Math.max(delayMs, 1), action);
    timer.unref();
    return timer;
  }
}
