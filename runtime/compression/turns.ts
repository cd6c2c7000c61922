/** Lets a fixed number of tasks run at a time; the others wait in line. */
export interface Turns {
  /** Runs `task` when it is its turn. */
  take<T>(task: () => Promise<T>): Promise<T>;
  /** Tasks that run. */
  readonly running: number;
}

/** @param max tasks at a time */
export function createTurns(max: number): Turns {
  const line: (() => void)[] = [];
  let running = 0;

  async function take<T>(task: () => Promise<T>): Promise<T> {
    if (running < max) running++;
    // Whoever ends gives its place to the first in line, so `running` stays as it is.
    else await new Promise<void>((resolve) => line.push(resolve));
    try {
      return await task();
    } finally {
      const next = line.shift();
      if (next === undefined) running--;
      else next();
    }
  }

  return {
    take,
    get running() {
      return running;
    },
  };
}
