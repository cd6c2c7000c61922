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
  return new WindowedBudget(environment, { ratio, perSecond, windowMs });
}

/** An object of a class, for what it counts changes with every call: a variable of a closure would be a new number in memory each time. */
class WindowedBudget implements RetryBudget {
  private readonly environment: Environment;
  private readonly ratio: number;
  private readonly reserve: number;
  private readonly slots: TimeSlots;
  private readonly balances: Float64Array;
  /** One place: what all slots hold together. */
  private readonly sum: Float64Array;

  constructor(
    environment: Environment,
    { ratio, perSecond, windowMs }: { readonly [Name in keyof RetryBudgetOptions]-?: number },
  ) {
    this.environment = environment;
    this.ratio = ratio;
    this.reserve = (perSecond * windowMs) / 1_000;
    this.slots = new TimeSlots(windowMs, environment.now());
    this.balances = new Float64Array(TimeSlots.count);
    this.sum = new Float64Array(1);
  }

  deposit(): void {
    this.add(this.ratio);
  }

  withdraw(): boolean {
    this.turn();
    // Sums of fifths: what is missing by a rounding error is there.
    if (this.total + this.reserve < 1 - 1e-9) return false;
    this.add(-1);
    return true;
  }

  get balance(): number {
    this.turn();
    return Math.max(0, this.total + this.reserve);
  }

  private get total(): number {
    return this.sum[0] as number;
  }

  private add(amount: number): void {
    this.turn();
    const { balances, slots, sum } = this;
    balances[slots.index] = (balances[slots.index] as number) + amount;
    sum[0] = this.total + amount;
  }

  /** Forgets what is older than the window. */
  private turn(): void {
    this.slots.turn(this.environment.now(), this.forget);
  }

  private readonly forget = (index: number): void => {
    this.sum[0] = this.total - (this.balances[index] as number);
    this.balances[index] = 0;
  };
}
