import type { Environment } from "./environment.ts";

/** Resolves after `delayMs`, or as soon as the signal fires: look at the signal to tell which. */
export function pause(environment: Environment, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const done = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = environment.setTimer(delayMs, done);
    signal?.addEventListener("abort", done);
  });
}

/** What a limited piece of work is called, how long it may take, and what else ends it. */
export interface LimitOptions {
  readonly environment: Environment;
  readonly limitMs: number;
  /** For the error: `Put to etcd`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** The time for a piece of work is up. */
export class TimeLimitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "TimeLimitError";
  }
}

/**
 * Runs `work` for at most `limitMs`. Its signal fires when time is up or the outer signal fires, and then the promise rejects at once, whether or
 * not the work heeds the signal.
 * @throws TimeLimitError that names the work and the limit, the outer signal's reason, or what the work threw
 */
export function limited<T>(options: LimitOptions, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { environment, limitMs, what, signal } = options;
  const controller = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      settle();
      controller.abort(reason);
      reject(reason);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    if (signal?.aborted === true) return reject(signal.reason);
    const timer = environment.setTimer(limitMs, () =>
      giveUp(new TimeLimitError(`${what}: no answer within ${Math.round(limitMs)} ms.`)),
    );
    const settle = (): void => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort);
    work(controller.signal).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

/** Milliseconds to wait after so many failures in a row: doubling from `firstMs` to `maxMs`, a fifth more or less. */
export function backoffMs(environment: Environment, failures: number, firstMs = 100, maxMs = 2_000): number {
  const delayMs = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return delayMs * (0.8 + 0.4 * environment.random());
}
