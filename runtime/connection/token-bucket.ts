import type { Environment } from "../environment/environment.ts";

/** Allows `burst` events at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #environment: Environment;
  readonly #burst: number;
  readonly #perSecond: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(environment: Environment, burst: number, perSecond: number) {
    this.#environment = environment;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#tokens = burst;
    this.#filledAtMs = environment.now();
  }

  /** @returns false when there is no token left */
  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #fill(): void {
    const nowMs = this.#environment.now();
    const earned = ((nowMs - this.#filledAtMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#filledAtMs = nowMs;
  }
}
