import type { Environment, Timer } from "../environment/environment.ts";

/**
 * Self-preservation: whether so few leases are renewed that the fault is more likely in the network than in the instances. The rule is Eureka's
 * (a whole minute with no more than 85 % of the renewals that all registered leases together owe), with what is owed counted from the intervals
 * that the leases state instead of one interval for all.
 */
export interface Renewals {
  /** One lease was renewed, by its instance or through a peer. */
  count(): void;
  /** Renewals in the last whole window. */
  readonly last: number;
  /** A lease with this interval came (1) or went (-1). */
  expect(intervalSeconds: number, change: 1 | -1): void;
  /** Renewals below or at which nothing is evicted. */
  readonly threshold: number;
  /**
   * False while leases of this many seconds that ran out are kept. The first window has none before it, so in its place stands how many of all leases were
   * renewed of late, and none ends before it had its whole duration: a registry that was restarted was not there to take renewals.
   */
  allowsEviction(durationSeconds: number, leases: LeaseCount): boolean;
  close(): void;
}

/** How many leases there are, and how many of them were renewed within two of their intervals. */
export interface LeaseCount {
  readonly all: number;
  readonly renewed: number;
}

/** Settings of {@link createRenewals}. */
export interface RenewalOptions {
  readonly environment: Environment;
  readonly selfPreservation: boolean;
  /** Milliseconds. Renewals are counted in whole windows. */
  readonly windowMs: number;
}

/** Of the renewals that are owed. */
const expectedShare = 0.85;

export function createRenewals({ environment, selfPreservation, windowMs }: RenewalOptions): Renewals {
  let owed = 0;
  let current = 0;
  let last = 0;
  /** Undefined after the first window. */
  let startedAtMs: number | undefined = environment.now();
  let timer: Timer = environment.setTimer(windowMs, turn);
  timer.unref();

  function turn(): void {
    last = current;
    current = 0;
    startedAtMs = undefined;
    timer = environment.setTimer(windowMs, turn);
    timer.unref();
  }

  // Sums of fractions drift; the part below a thousandth of a renewal is none.
  const shareOf = (count: number): number => Math.floor(Math.round(count * expectedShare * 1_000) / 1_000);
  const threshold = (): number => shareOf(owed);

  function areEnough(durationSeconds: number, { all, renewed }: LeaseCount): boolean {
    if (startedAtMs === undefined) return last > threshold();
    return environment.now() - startedAtMs >= durationSeconds * 1_000 && renewed > shareOf(all);
  }

  return {
    count: () => void current++,
    get last() {
      return last;
    },
    expect(intervalSeconds, change) {
      owed = Math.max(0, owed + (change * windowMs) / (intervalSeconds * 1_000));
    },
    get threshold() {
      return threshold();
    },
    allowsEviction: (durationSeconds, leases) =>
      !selfPreservation || (threshold() > 0 && areEnough(durationSeconds, leases)),
    close: () => timer.cancel(),
  };
}
