import { TimeSlots } from "../time-slots.ts";

/** Calls and faults of the last so many milliseconds. */
export class SlidingWindow {
  calls: number;
  faults: number;
  private readonly slots: TimeSlots;
  private readonly slotCalls: Float64Array;
  private readonly slotFaults: Float64Array;

  constructor(windowMs: number, nowMs: number) {
    this.calls = 0;
    this.faults = 0;
    this.slots = new TimeSlots(windowMs, nowMs);
    this.slotCalls = new Float64Array(TimeSlots.count);
    this.slotFaults = new Float64Array(TimeSlots.count);
  }

  add(isFault: boolean, nowMs: number): void {
    this.turn(nowMs);
    const { index } = this.slots;
    this.calls++;
    this.slotCalls[index] = (this.slotCalls[index] as number) + 1;
    if (!isFault) return;
    this.faults++;
    this.slotFaults[index] = (this.slotFaults[index] as number) + 1;
  }

  /** Forgets what is older than the window. */
  turn(nowMs: number): void {
    this.slots.turn(nowMs, this.forget);
  }

  private readonly forget = (index: number): void => {
    this.calls -= this.slotCalls[index] as number;
    this.faults -= this.slotFaults[index] as number;
    this.slotCalls[index] = 0;
    this.slotFaults[index] = 0;
  };
}
