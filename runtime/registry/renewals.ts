import type { Environment, Timer } from "../environment/environment.ts";

/**
 * Self-preservation: whether so few leases are renewed that the fault is more likely in the network than in the instances. The rule is Eureka's
 * (a whole minute with no more than 85 % of the renewals that all registered leases together owe), with what is owed counted from the intervals
 * that the leases state instead of one interval for all. A whole minute says too late that leases much shorter than it are silent: so the same share
 * must also be owed by leases that were renewed of late.
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
  /** Renewals that a lease with this interval owes in a window. */
  owedBy(intervalSeconds: number): number;
  /**
   * False while leases of this many seconds that ran out are kept. The first window has none before it, so only what is renewed of late counts in it; and
   * none ends before it had its whole duration, for a registry that was restarted was not there to take renewals.
   * @param alive renewals owed by the leases that were renewed of late, see {@link InstanceTable.alive}
   */
  allowsEviction(durationSeconds: number, alive: number): boolean;
  close(): void;
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
  const startedAtMs = environment.now();
  let isFirst = true;
  let timer: Timer = environment.setTimer(windowMs, turn);
  timer.unref();

  function turn(): void {
    last = current;
    current = 0;
    isFirst = false;
    timer = environment.setTimer(windowMs, turn);
    timer.unref();
  }

  // Sums of fractions drift; the part below a thousandth of a renewal is none.
  const rounded = (count: number): number => Math.round(count * 1_000) / 1_000;
  const threshold = (): number => Math.floor(rounded(owed * expectedShare));
  const owedBy = (intervalSeconds: number): number => windowMs / (intervalSeconds * 1_000);

  function areEnough(durationSeconds: number, alive: number): boolean {
    const hasHadTime = environment.now() - startedAtMs >= durationSeconds * 1_000;
    return hasHadTime && rounded(alive) > threshold() && (isFirst || last > threshold());
  }

  return {
    count: () => void current++,
    get last() {
      return last;
    },
    expect(intervalSeconds, change) {
      owed = Math.max(0, owed + change * owedBy(intervalSeconds));
    },
    get threshold() {
      return threshold();
    },
    owedBy,
    allowsEviction: (durationSeconds, alive) =>
      !selfPreservation || (threshold() > 0 && areEnough(durationSeconds, alive)),
    close: () => timer.cancel(),
  };
}
