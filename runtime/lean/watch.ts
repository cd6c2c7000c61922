import type { Environment, Timer } from "../environment/environment.ts";
import type { PageLimits } from "../protocol/limits.ts";

/** What a {@link Watch} asks and tells. */
export interface WatchOptions {
  readonly environment: Environment;
  readonly limits: PageLimits;
  /** Calls are open. */
  isBusy(): boolean;
  isPartial(): boolean;
  queuedBytes(): number;
  sendPing(): void;
  onDead(message: string): void;
}

/** Sees to it that a server which is gone is noticed: silence, a frame that stops half-way, bytes that nobody takes [PNG-2, FRM-4, FLW-8]. */
export interface Watch {
  onBusy(): void;
  onRead(): void;
  close(): void;
}

export function createWatch(options: WatchOptions): Watch {
  const { environment, limits, isBusy, isPartial, queuedBytes } = options;
  const { keepaliveMs, keepaliveTimeoutMs, partialFrameMs, slowPeerMs } = limits;
  const shortestMs = Math.min(keepaliveMs || Infinity, keepaliveTimeoutMs, partialFrameMs, slowPeerMs);
  const tickMs = Math.min(1_000, Math.max(1, shortestMs / 4));
  let timer: Timer | undefined;
  let isClosed = false;
  let readMs = 0;
  let pingedMs = -Infinity;
  let queued = 0;
  let takenMs = 0;

  function arm(): void {
    if (!isClosed) timer ??= environment.setTimer(tickMs, tick);
  }

  function tick(): void {
    timer = undefined;
    const nowMs = environment.now();
    const bytes = queuedBytes();
    if (bytes < queued || queued === 0) takenMs = nowMs;
    queued = bytes;
    const dead = death(nowMs);
    if (dead !== undefined) options.onDead(dead);
    else if (isBusy() || isPartial() || bytes > 0) arm();
  }

  function death(nowMs: number): string | undefined {
    const silentMs = nowMs - readMs;
    if (queued > 0 && nowMs - takenMs >= slowPeerMs) return `The server took no bytes for ${slowPeerMs} ms.`;
    if (isPartial() && silentMs >= partialFrameMs)
      return `The server stopped in the middle of a frame for ${partialFrameMs} ms.`;
    if (!isBusy() || keepaliveMs === 0) return undefined;
    if (pingedMs > readMs) {
      if (nowMs - pingedMs >= keepaliveTimeoutMs)
        return `The server did not answer a ping within ${keepaliveTimeoutMs} ms.`;
    } else if (silentMs >= keepaliveMs) {
      options.sendPing();
      pingedMs = nowMs;
    }
    return undefined;
  }

  return {
    onBusy() {
      if (timer === undefined) readMs = environment.now();
      arm();
    },
    onRead() {
      readMs = environment.now();
      if (isPartial()) arm();
    },
    close() {
      isClosed = true;
      timer?.cancel();
    },
  };
}
