/** A timer that was set. Handles may be kept after it fired: every method is then without effect. */
export interface Timer {
  /** The function will not be called. Idempotent. */
  cancel(): void;
  /** The timer keeps the process alive (the state after it is set). */
  ref(): void;
  /** The timer alone no longer keeps the process alive. */
  unref(): void;
}

/**
 * Time and chance, injected. Everything in the runtime that waits, measures or draws lots asks its environment, so that a
 * test can run hours in milliseconds and repeat a run from its seed.
 */
export interface Environment {
  /** Milliseconds of a clock that never goes back, with fractions. Only differences mean anything. */
  now(): number;
  /** Milliseconds since 1970 of the wall clock, for logs and leases; it may jump. */
  wallClock(): number;
  /** Calls `action` once after `delayMs` (at least 0; longer than 24 days is cut to that). Never before `setTimer` returns. */
  setTimer(delayMs: number, action: () => void): Timer;
  /** Calls `action` once when the work of this turn (callbacks and promise reactions) is done, before more input is read. */
  defer(action: () => void): void;
  /** Calls `action` once in a later turn of the event loop, after input that is waiting was read. */
  yieldTurn(action: () => void): void;
  /** A number from 0 (included) to 1 (excluded). Not for secrets. */
  random(): number;
  /** `count` bytes that nobody can guess. */
  randomBytes(count: number): Uint8Array;
}

/** The longest delay that Node's timers take, in milliseconds. */
export const maxTimerDelayMs: number = 2 ** 31 - 1;
