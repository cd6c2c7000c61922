import type { TransportKind } from "../../runtime/index.ts";
import type { Excuses } from "./caller.ts";
import type { Verdict } from "./verdict.ts";

/**
 * When the next attempt to connect is due, counted from the begin of the one that failed: the numbers of the specification, written out here so that a
 * change of the runtime's shows. "1 s x1.6, 20 % jitter, max 120 s, woken by demand and by resolver updates"; after the first failure a tenth of a second.
 */
const specification = { quickMs: 100, firstMs: 1_000, factor: 1.6, jitter: 0.2, maxMs: 120_000, wantedMs: 1_000 };

/** Virtual time is exact, but for the last bits of its sums. */
const exactnessMs = 0.001;

/** What a call waits at most for the next attempt, with the time to make it. */
const unreachableMs = 2_000;

/** An attempt that failed, and what may follow it. */
interface Failure {
  readonly begunMs: number;
  readonly count: number;
  /** All failures that count are in `count`. */
  readonly isCounted: boolean;
  /** When the next attempt must have begun, as far as somebody wants one; Infinity: nobody does. */
  dueMs: number;
  isWanted: boolean;
}

/** What a {@link DialMonitor} is told. */
export interface DialMonitorOptions {
  readonly now: () => number;
  readonly verdict: Verdict;
  /** The connection is made again although no call asks for it. */
  readonly isKept?: boolean;
  /** With several, each has its own pace: nothing is checked. Default: 1. */
  readonly connections?: number;
}

/** I-12: attempts to connect after failures come neither too early nor too late. Watches one connection at a time. */
export class DialMonitor implements Excuses {
  private readonly options: DialMonitorOptions;
  /** Attempts in a row that failed. */
  private count: number;
  /** No attempt has gone well. After one that has, the failures before it may count or not: that depends on how long it was worth. */
  private isCounted: boolean;
  private failure: Failure | undefined;
  private failedMs: number;

  constructor(options: DialMonitorOptions) {
    this.options = options;
    this.count = 0;
    this.isCounted = true;
    this.failure = undefined;
    this.failedMs = -Infinity;
  }

  get isUnreachable(): boolean {
    return this.options.now() - this.failedMs < unreachableMs;
  }

  /** The last attempt failed, and the next has not begun. */
  get isWaiting(): boolean {
    return this.failure !== undefined;
  }

  /** The transport, observed. */
  watch(kind: TransportKind): TransportKind {
    return {
      ...kind,
      connect: async (target, options) => {
        const begunMs = this.begin();
        try {
          const transport = await kind.connect(target, options);
          this.count = 0;
          this.isCounted = false;
          return transport;
        } catch (error) {
          this.fail(begunMs);
          throw error;
        }
      },
    };
  }

  /** A call wants the connection. */
  want(): void {
    const { failure } = this;
    if (failure === undefined) return;
    failure.isWanted = true;
    const mostMs = failure.isCounted ? waitMs(failure.count, true) : specification.wantedMs;
    failure.dueMs = Math.min(failure.dueMs, this.latest(failure.begunMs, mostMs));
  }

  /** There is news of the server: what was wrong may be over, and the next attempt is due now. */
  wake(): void {
    const { failure, options } = this;
    this.count = 0;
    if (failure === undefined) return;
    this.failure = { begunMs: -Infinity, count: 0, isCounted: true, dueMs: options.now(), isWanted: true };
  }

  /** At any time: what is due has begun. */
  look(): void {
    const { failure, options } = this;
    if (failure === undefined || options.now() <= failure.dueMs + exactnessMs) return;
    options.verdict.breach(
      "I-12",
      `at ${options.now()} ms the attempt after ${failure.count} failures has not begun; it was due at ${failure.dueMs}`,
    );
    this.stop();
  }

  /** Nobody will connect any more. */
  stop(): void {
    this.failure = undefined;
  }

  private begin(): number {
    const { failure, options } = this;
    this.look();
    this.failure = undefined;
    const begunMs = options.now();
    if (failure === undefined) return begunMs;
    const gapMs = begunMs - failure.begunMs;
    const leastMs = waitMs(failure.count, failure.isWanted) * (1 - specification.jitter);
    options.verdict.expect(
      gapMs >= leastMs - exactnessMs,
      "I-12",
      () => `an attempt came ${gapMs} ms after the one before it, which was failure ${failure.count} in a row`,
    );
    return begunMs;
  }

  private fail(begunMs: number): void {
    const { now, isKept, connections = 1 } = this.options;
    this.failedMs = now();
    this.count++;
    if (connections > 1) return;
    const { count, isCounted } = this;
    const dueMs = isKept === true && isCounted ? this.latest(begunMs, waitMs(count, false)) : Infinity;
    this.failure = { begunMs, count, isCounted, dueMs, isWanted: false };
  }

  /** Nobody can be late before now. */
  private latest(begunMs: number, waitedMs: number): number {
    return Math.max(this.options.now(), begunMs + waitedMs * (1 + specification.jitter));
  }
}

/** The wait after so many failures in a row, without jitter. */
function waitMs(failures: number, isWanted: boolean): number {
  const { quickMs, firstMs, factor, maxMs, wantedMs } = specification;
  if (failures === 0) return 0;
  const fullMs = failures === 1 ? quickMs : firstMs * factor ** (failures - 2);
  return Math.min(fullMs, isWanted ? wantedMs : maxMs);
}
