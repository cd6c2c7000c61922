import type { Environment } from "../environment/environment.ts";

/** Waiting times between failed attempts to connect, counted from the start of the attempt that failed. */
export const backoffPolicy: {
  /** After the first failure: a server that restarts is back soon. */
  readonly quickMs: number;
  /** After the second. */
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Each wait is up to this part longer or shorter, so that clients do not come all at once. */
  readonly jitter: number;
  /** A call that is made meanwhile waits no longer than this. */
  readonly wantedMs: number;
} = Object.freeze({ quickMs: 100, firstMs: 1_000, factor: 1.6, maxMs: 120_000, jitter: 0.2, wantedMs: 1_000 });

/** When to connect next. */
export interface Backoff {
  /** Attempts in a row that did not lead to a connection that works. */
  readonly failures: number;
  /** An attempt begins. It counts as a failure until {@link Backoff.reset}. */
  begin(): void;
  /** Milliseconds that are left to wait. `isWanted`: a call is waiting, so the wait is cut short. */
  delayMs(isWanted: boolean): number;
  /** What was wrong is over: a connection proved to work, or the server's address changed. */
  reset(): void;
}

export function createBackoff(environment: Environment): Backoff {
  let failures = 0;
  let patientUntilMs = -Infinity;
  let wantedUntilMs = -Infinity;

  function waitAfter(count: number): number {
    const { quickMs, firstMs, factor, maxMs } = backoffPolicy;
    return count === 1 ? quickMs : Math.min(maxMs, firstMs * factor ** (count - 2));
  }

  return {
    get failures() {
      return failures;
    },
    begin() {
      failures++;
      const waitMs = waitAfter(failures);
      const spread = 1 + backoffPolicy.jitter * (2 * environment.random() - 1);
      patientUntilMs = environment.now() + waitMs * spread;
      wantedUntilMs = environment.now() + Math.min(waitMs, backoffPolicy.wantedMs) * spread;
    },
    delayMs: (isWanted) => Math.max(0, (isWanted ? wantedUntilMs : patientUntilMs) - environment.now()),
    reset() {
      failures = 0;
      patientUntilMs = -Infinity;
      wantedUntilMs = -Infinity;
    },
  };
}
