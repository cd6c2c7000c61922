const slots = 10;

/** Calls and faults of the last so many milliseconds, in ten steps. */
export class SlidingWindow {
  calls: number;
  faults: number;
  private readonly slotMs: number;
  private readonly slotCalls: Float64Array;
  private readonly slotFaults: Float64Array;
  private slot: number;
  /** Its place in the arrays. */
  private index: number;
  private slotEndMs: number;

  constructor(windowMs: number, nowMs: number) {
    this.calls = 0;
    this.faults = 0;
    this.slotMs = windowMs / slots;
    this.slotCalls = new Float64Array(slots);
    this.slotFaults = new Float64Array(slots);
    this.slot = Math.floor(nowMs / this.slotMs);
    this.index = this.slot % slots;
    this.slotEndMs = (this.slot + 1) * this.slotMs;
  }

  add(isFault: boolean, nowMs: number): void {
    this.turn(nowMs);
    const { index } = this;
    this.calls++;
    this.slotCalls[index] = (this.slotCalls[index] as number) + 1;
    if (!isFault) return;
    this.faults++;
    this.slotFaults[index] = (this.slotFaults[index] as number) + 1;
  }

  /** Forgets what is older than the window. */
  turn(nowMs: number): void {
    if (nowMs >= this.slotEndMs) this.turnTo(Math.floor(nowMs / this.slotMs));
  }

  private turnTo(current: number): void {
    for (let passed = Math.min(current - this.slot, slots); passed > 0; passed--) {
      const index = (current - passed + 1) % slots;
      this.calls -= this.slotCalls[index] as number;
      this.faults -= this.slotFaults[index] as number;
      this.slotCalls[index] = 0;
      this.slotFaults[index] = 0;
    }
    this.slot = Math.max(this.slot, current);
    this.index = this.slot % slots;
    this.slotEndMs = (this.slot + 1) * this.slotMs;
  }
}
