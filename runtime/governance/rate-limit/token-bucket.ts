/** Calls per time, evened out: tokens come at a steady rate, up to `burst` are kept, a call takes one. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;
  private perMs: number;
  private burst: number;

  /** @param perMs tokens per millisecond @param burst tokens that are kept, 1 or more */
  constructor(perMs: number, burst: number, nowMs: number) {
    this.perMs = perMs;
    this.burst = burst;
    this.tokens = burst;
    this.filledAtMs = nowMs;
  }

  /** Takes a token. @returns 0, or milliseconds until there is one */
  take(nowMs: number): number {
    this.fill(nowMs);
    if (this.tokens >= 1) {
      this.tokens--;
      return 0;
    }
    return (1 - this.tokens) / this.perMs;
  }

  /** True when nothing was taken for so long that a new bucket would be the same. */
  isFull(nowMs: number): boolean {
    this.fill(nowMs);
    return this.tokens >= this.burst;
  }

  /** Changes rate and burst; tokens that are there stay, up to the new burst. */
  resize(perMs: number, burst: number, nowMs: number): void {
    if (perMs === this.perMs && burst === this.burst) return;
    this.fill(nowMs);
    this.perMs = perMs;
    this.burst = burst;
    this.tokens = Math.min(this.tokens, burst);
  }

  private fill(nowMs: number): void {
    const passedMs = nowMs - this.filledAtMs;
    if (passedMs <= 0) return;
    this.tokens = Math.min(this.burst, this.tokens + passedMs * this.perMs);
    this.filledAtMs = nowMs;
  }
}
