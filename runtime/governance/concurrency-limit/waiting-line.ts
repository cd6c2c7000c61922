import type { CallContext } from "../../call/method-type.ts";

/** A call that waits to be let in. */
export interface WaitingCall {
  readonly call: CallContext;
  readonly priority: number;
  admit(): void;
  refuse(why: "full" | "late" | "gone"): void;
}

/**
 * Calls that wait. Those with a higher priority go first; among equals the one that came first, or, when the process is overloaded, the one that came last: it still
 * has a chance to be answered in time. When the line is full, the least important one gives way, of equals the one that a turn would reach last.
 */
export class WaitingLine {
  private readonly maxLength: number;
  private readonly isLastFirst: () => boolean;
  /** Per priority, in the order in which they came. */
  private readonly levels: WaitingCall[][];
  private count: number;

  constructor(maxLength: number, isLastFirst: () => boolean) {
    this.maxLength = maxLength;
    this.isLastFirst = isLastFirst;
    this.levels = Array.from({ length: 10 }, () => []);
    this.count = 0;
  }

  get length(): number {
    return this.count;
  }

  add(waiting: WaitingCall): void {
    if (this.count >= this.maxLength && !this.makeRoom(waiting.priority)) return waiting.refuse("full");
    this.level(waiting.priority).push(waiting);
    this.count++;
  }

  /** The next one that still has time; those that have not are refused on the way. */
  next(): WaitingCall | undefined {
    for (let priority = this.levels.length - 1; priority >= 0; priority--) {
      const level = this.level(priority);
      while (level.length > 0) {
        const waiting = (this.isLastFirst() ? level.pop() : level.shift()) as WaitingCall;
        this.count--;
        if (waiting.call.remainingMs > 0) return waiting;
        waiting.refuse("late");
      }
    }
    return undefined;
  }

  /** @returns false when it was not there */
  remove(waiting: WaitingCall): boolean {
    const level = this.level(waiting.priority);
    const index = level.indexOf(waiting);
    if (index < 0) return false;
    level.splice(index, 1);
    this.count--;
    return true;
  }

  private makeRoom(priority: number): boolean {
    for (let lower = 0; lower <= priority; lower++) {
      const level = this.level(lower);
      if (level.length === 0) continue;
      if (lower === priority && !this.isLastFirst()) return false;
      const victim = (this.isLastFirst() ? level.shift() : level.pop()) as WaitingCall;
      this.count--;
      victim.refuse("full");
      return true;
    }
    return false;
  }

  private level(priority: number): WaitingCall[] {
    return this.levels[priority] as WaitingCall[];
  }
}
