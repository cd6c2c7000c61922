import { mustBe } from "../errors/wrong-value.ts";

/** The longest timeout that may be asked for, in milliseconds: a year. `Infinity` means none. */
const maxTimeoutMs = 365 * 24 * 3_600_000;

/** @throws RangeError unless `timeoutMs` is a positive number of milliseconds or `Infinity` */
export function checkTimeout(timeoutMs: number, name = "timeoutMs"): number {
  if (timeoutMs === Infinity) return timeoutMs;
  return checkMs(timeoutMs, name, maxTimeoutMs, "or Infinity for no deadline");
}

function checkMs(found: number, name: string, max: number, more: string): number {
  if (typeof found === "number" && found > 0 && found <= max) return found;
  throw new RangeError(mustBe(name, `milliseconds above 0, ${more}`, found));
}

/** The longest time for an attempt to connect: ten minutes, as for a handshake. */
const maxConnectMs = 600_000;

/** @throws RangeError unless an attempt to connect may take `timeoutMs` */
export function checkConnectTimeout(timeoutMs: number): number {
  return checkMs(timeoutMs, "connectTimeoutMs", maxConnectMs, `up to ${maxConnectMs}`);
}

/** Milliseconds from `now` to a deadline on the same clock: never negative; `Infinity` without a deadline. */
export function remainingFrom(deadlineMs: number, now: number): number {
  return deadlineMs === Infinity ? Infinity : Math.max(0, deadlineMs - now);
}
