import type { Environment } from "./environment.ts";

/** Allows `burst` events at once and `perSecond` in the long run. */
export class TokenBucket {
  private readonly environment: Environment;
  private readonly burst: number;
  private readonly perSecond: number;
  private tokens: number;
  private filledAtMs: number;

  constructor(environment: Environment, burst: number, perSecond: number) {
    this.environment = environment;
    this.burst = burst;
    this.perSecond = perSecond;
    this.tokens = burst;
    this.filledAtMs = environment.now();
  }

  /** @returns false when there is no token left */
  take(): boolean {
    this.fill();
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }

  private fill(): void {
    const nowMs = this.environment.now();
    const earned = ((nowMs - this.filledAtMs) / 1000) * this.perSecond;
    this.tokens = Math.min(this.burst, this.tokens + earned);
    this.filledAtMs = nowMs;
  }
}
