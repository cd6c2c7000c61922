const slots = 10;

/** Calls and faults of the last so many milliseconds, in ten steps. */
export class SlidingWindow {
  calls: number;
  faults: number;
  readonly #slotMs: number;
  readonly #calls: Float64Array;
  readonly #faults: Float64Array;
  #slot: number;

  constructor(windowMs: number, nowMs: number) {
    this.calls = 0;
    this.faults = 0;
    this.#slotMs = windowMs / slots;
    this.#calls = new Float64Array(slots);
    this.#faults = new Float64Array(slots);
    this.#slot = Math.floor(nowMs / this.#slotMs);
  }

  add(isFault: boolean, nowMs: number): void {
    this.turn(nowMs);
    const index = this.#slot % slots;
    this.calls++;
    this.#calls[index] = (this.#calls[index] as number) + 1;
    if (!isFault) return;
    this.faults++;
    this.#faults[index] = (this.#faults[index] as number) + 1;
  }

  /** Forgets what is older than the window. */
  turn(nowMs: number): void {
    const current = Math.floor(nowMs / this.#slotMs);
    for (let passed = Math.min(current - this.#slot, slots); passed > 0; passed--) {
      const index = (current - passed + 1) % slots;
      this.calls -= this.#calls[index] as number;
      this.faults -= this.#faults[index] as number;
      this.#calls[index] = 0;
      this.#faults[index] = 0;
    }
    this.#slot = Math.max(this.#slot, current);
  }
}
