import type { Limits } from "../protocol/limits.ts";

/** Judges how often a peer pings [PNG-3]. */
export class PingPolicy {
  private readonly limits: Limits;
  private lastMs: number;
  private strikes: number;

  constructor(limits: Limits) {
    this.limits = limits;
    this.lastMs = -Infinity;
    this.strikes = 0;
  }

  /** @returns false when the peer has come too early too often */
  accept(nowMs: number, isBusy: boolean): boolean {
    const interval = isBusy ? this.limits.minPingIntervalMs : this.limits.minIdlePingIntervalMs;
    const isEarly = nowMs - this.lastMs < interval;
    this.lastMs = nowMs;
    this.strikes = isEarly ? this.strikes + 1 : 0;
    return this.strikes <= this.limits.pingStrikes;
  }
}
