import { backoffMs, pause } from "../environment/limit.ts";
import type { Environment } from "../environment/environment.ts";

/** What {@link keepWatching} runs. */
export interface WatchLoopOptions {
  readonly environment: Environment;
  /** Watches until the connection ends, then rejects. Calls `onWorking` whenever what it does has proved to work. */
  readonly attempt: (signal: AbortSignal, onWorking: () => void) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** A watch that is begun again, with growing pauses of 0.1 to 2 s, whenever it ends. */
export interface WatchLoop {
  /** Fires the signal of the attempt and waits for its end. Idempotent. */
  close(): Promise<void>;
}

/** Milliseconds after which an attempt that worked counts as a success. */
const steadyMs = 2_000;

/** Runs `attempt` for ever. The first begins in a later turn. */
export function keepWatching({ environment, attempt, onError }: WatchLoopOptions): WatchLoop {
  const closing = new AbortController();
  const { signal } = closing;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      let workingMs = Infinity;
      try {
        await attempt(signal, () => void (workingMs = Math.min(workingMs, environment.now())));
      } catch (error) {
        if (signal.aborted) return;
        onError(error instanceof Error ? error : new Error(String(error)));
      }
      // What fails right after it began to work is no better than what fails at once.
      if (environment.now() - workingMs > steadyMs) failures = 0;
      await pause(environment, backoffMs(environment, ++failures), signal);
    }
  };
  const done = Promise.resolve().then(run);
  return {
    async close() {
      closing.abort(new Error("The watch was closed."));
      await done;
    },
  };
}
