import { backoffPolicy } from "../../runtime/client/backoff.ts";
import type { TransportKind } from "../../runtime/index.ts";
import type { Excuses } from "./caller.ts";
import type { Journal } from "./journal.ts";

interface Dial {
  readonly atMs: number;
  /** Attempts in a row that failed before this one. */
  readonly failures: number;
  hasFailed: boolean;
}

/** I-12: after an attempt that failed, the next one keeps its distance. */
export class DialMonitor implements Excuses {
  private readonly journal: Journal;
  private last: Dial | undefined;
  private failedMs: number;

  constructor(journal: Journal) {
    this.journal = journal;
    this.last = undefined;
    this.failedMs = -Infinity;
  }

  get isUnreachable(): boolean {
    return this.journal.environment.now() - this.failedMs < unreachableMs;
  }

  /** The transport, observed. */
  watch(kind: TransportKind): TransportKind {
    return {
      ...kind,
      connect: async (target, options) => {
        const dial = this.begin();
        try {
          return await kind.connect(target, options);
        } catch (error) {
          dial.hasFailed = true;
          this.failedMs = this.journal.environment.now();
          throw error;
        }
      },
    };
  }

  private begin(): Dial {
    const { environment, weather, verdict } = this.journal;
    const previous = this.last;
    const failures = previous?.hasFailed === true ? previous.failures + 1 : 0;
    const dial = { atMs: environment.now(), failures, hasFailed: false };
    this.last = dial;
    // With several connections, each has its own pace.
    if (previous === undefined || failures === 0 || weather.connections > 1) return dial;
    const gapMs = dial.atMs - previous.atMs;
    verdict.expect(
      gapMs >= leastGapMs(failures) - 0.001,
      "I-12",
      () => `attempt ${failures + 1} came ${gapMs} ms after the one before it, which failed`,
    );
    return dial;
  }
}

/** What a call waits at most for the next attempt, with the time to make it. */
const unreachableMs = 2_000;

/** A call that is wanted shortens the wait to this, and jitter by a fifth. */
function leastGapMs(failures: number): number {
  const { quickMs, wantedMs, jitter } = backoffPolicy;
  return (failures === 1 ? quickMs : wantedMs) * (1 - jitter);
}
