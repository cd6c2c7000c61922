const count = 10;

/** The last so many milliseconds in ten steps, for who counts in them: a place for the step of now, and what has become too old. */
export class TimeSlots {
  /** Places that there are. */
  static readonly count: number = count;
  /** The place of the step of now, below {@link TimeSlots.count}. */
  index: number;
  private readonly slotMs: number;
  private slot: number;
  private endMs: number;

  constructor(windowMs: number, nowMs: number) {
    this.slotMs = windowMs / count;
    this.slot = Math.floor(nowMs / this.slotMs);
    this.index = this.slot % count;
    this.endMs = (this.slot + 1) * this.slotMs;
  }

  /** Goes on to the step of now. @param forget empties a place, whose step is too old */
  turn(nowMs: number, forget: (index: number) => void): void {
    if (nowMs < this.endMs) return;
    const current = Math.floor(nowMs / this.slotMs);
    for (let passed = Math.min(current - this.slot, count); passed > 0; passed--) {
      forget((current - passed + 1) % count);
    }
    this.slot = Math.max(this.slot, current);
    this.index = this.slot % count;
    this.endMs = (this.slot + 1) * this.slotMs;
  }
}
