import type { Environment, Timer } from "../environment/environment.ts";

/** A wait that can be cut short. */
export interface Pause {
  /** Resolves when the wait is over, also when it was cut short. */
  readonly done: Promise<void>;
  /** Waits at most `delayMs` from now. */
  shorten(delayMs: number): void;
}

/** A wait of `delayMs`; none when that is 0. */
export function createPause(environment: Environment, delayMs: number): Pause {
  let resolve: () => void = () => undefined;
  const done = new Promise<void>((onDone) => void (resolve = onDone));
  let endMs = Infinity;
  let timer: Timer | undefined;

  function shorten(leftMs: number): void {
    const newEndMs = environment.now() + leftMs;
    if (newEndMs >= endMs) return;
    endMs = newEndMs;
    timer?.cancel();
    timer = environment.setTimer(leftMs, resolve);
  }

  if (delayMs > 0) shorten(delayMs);
  else resolve();
  return { done, shorten };
}
