import type { Environment } from "../environment/environment.ts";
import { TimeSlots } from "./time-slots.ts";

/** What all extra attempts of a client together may be: retries, hedges, forks and those that are made later. */
export interface RetryBudget {
  /** A call began. */
  deposit(): void;
  /** Takes one extra attempt. @returns false when there is none left */
  withdraw(): boolean;
  /** Extra attempts that could be taken now. */
  readonly balance: number;
}

/** Settings of {@link createRetryBudget}. */
export interface RetryBudgetOptions {
  /** Extra attempts per call, 0 to 1. Default: 0.2. */
  readonly ratio?: number | undefined;
  /** Extra attempts per second that are there however few calls are made. Default: 10. */
  readonly perSecond?: number | undefined;
  /** Milliseconds over which calls and extra attempts are counted. Default: 10,000. */
  readonly windowMs?: number | undefined;
}

/**
 * A budget that refills by the calls that are made, so that when everything fails the load on the servers grows by a fifth, not by a multiple.
 *
 * Source of the defaults: RetryBudget of Finagle (20 % and 10 per second over 10 s).
 * @throws RangeError for settings that cannot work
 */
export function createRetryBudget(environment: Environment, options: RetryBudgetOptions = {}): RetryBudget {
  const { ratio = 0.2, perSecond = 10, windowMs = 10_000 } = options;
  if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`The ratio of a retry budget is ${ratio}; expected 0 to 1.`);
  if (!(perSecond >= 0)) throw new RangeError(`perSecond of a retry budget is ${perSecond}; expected 0 or more.`);
  if (!(windowMs >= TimeSlots.count))
    throw new RangeError(`windowMs of a retry budget is ${windowMs}; expected ${TimeSlots.count} or more.`);
  const reserve = (perSecond * windowMs) / 1_000;
  const slots = new TimeSlots(windowMs, environment.now());
  const balances = new Float64Array(TimeSlots.count);
  let sum = 0;

  function forget(index: number): void {
    sum -= balances[index] as number;
    balances[index] = 0;
  }

  /** Forgets what is older than the window. */
  function turn(): void {
    slots.turn(environment.now(), forget);
  }

  function add(amount: number): void {
    turn();
    balances[slots.index] = (balances[slots.index] as number) + amount;
    sum += amount;
  }

  return {
    deposit: () => add(ratio),
    withdraw() {
      turn();
      // Sums of fifths: what is missing by a rounding error is there.
      if (sum + reserve < 1 - 1e-9) return false;
      add(-1);
      return true;
    },
    get balance() {
      turn();
      return Math.max(0, sum + reserve);
    },
  };
}
