import type { Environment } from "../environment/environment.ts";

// Waiting times between failed attempts to connect, counted from the start of the attempt that failed.

/** After the first failure: a server that restarts is back soon. */
const quickMs = 100;
/** After the second. */
const firstMs = 1_000;
const factor = 1.6;
const maxMs = 120_000;
/** Each wait is up to this part longer or shorter, so that clients do not come all at once. */
const jitter = 0.2;
/** A call that is made meanwhile waits no longer than this. */
const wantedMs = 1_000;

/** When to connect next. A class, as whatever there is one of for each connection: an object with getters is a dictionary of half a KiB (bench `idle`). */
export class Backoff {
  /** Attempts in a row that did not lead to a connection that works. */
  failures: number;
  private readonly environment: Environment;
  private begunMs: number;
  /** Of the present wait: 1, give or take the jitter. */
  private spread: number;

  constructor(environment: Environment) {
    this.failures = 0;
    this.environment = environment;
    this.begunMs = 0;
    this.spread = 1;
  }

  /** An attempt begins. It counts as a failure until {@link reset}. */
  begin(): void {
    const { environment } = this;
    this.failures++;
    this.begunMs = environment.now();
    this.spread = 1 + jitter * (2 * environment.random() - 1);
  }

  /** Milliseconds that are left to wait. `isWanted`: a call is waiting, so the wait is cut short. */
  delayMs(isWanted: boolean): number {
    const { failures } = this;
    if (failures === 0) return 0;
    const waitMs = failures === 1 ? quickMs : firstMs * factor ** (failures - 2);
    const endMs = this.begunMs + Math.min(waitMs, isWanted ? wantedMs : maxMs) * this.spread;
    return Math.max(0, endMs - this.environment.now());
  }

  /** What was wrong is over: a connection proved to work, or the server's address changed. */
  reset(): void {
    this.failures = 0;
  }
}
