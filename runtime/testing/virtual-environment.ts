import type { Environment, Timer } from "../environment/environment.ts";
import { TimerHeap } from "./timer-heap.ts";

/** An environment whose time only moves when it is told to, and whose lots come from a seed: the same seed gives the same run. */
export interface VirtualEnvironment extends Environment {
  /** Timers that are set and neither fired nor cancelled. */
  readonly pendingTimers: number;
  /** Runs what is deferred and due, then moves time on by `durationMs`, stopping at each timer on the way. */
  advance(durationMs: number): void;
  /** As {@link advance}, letting promise reactions run in between. */
  advanceAsync(durationMs: number): Promise<void>;
  /** Runs what is deferred, and turns, without moving time. */
  flush(): void;
  /**
   * Moves time on until `work` settles, and gives its result.
   * @throws what `work` rejects with, or Error when it has not settled after `limitMs` of virtual time (default: an hour)
   */
  run<T>(work: Promise<T>, limitMs?: number): Promise<T>;
}

const hourMs = 3_600_000;
/** Steps after which the event loop gets a turn of its own. */
const stepsPerTurn = 256;
const settled: Promise<void> = Promise.resolve();

/** @param seed whole number; decides every `random` and `randomBytes` */
export function createVirtualEnvironment(seed = 1): VirtualEnvironment {
  const random = createRandom(seed);
  let nowMs = 1_000;
  let deferred: (() => void)[] = [];
  let turns: (() => void)[] = [];
  const timers = new TimerHeap();

  function setTimer(delayMs: number, action: () => void): Timer {
    return timers.add(nowMs + Math.max(0, delayMs), action);
  }

  function runDeferred(): void {
    while (deferred.length > 0) {
      const actions = deferred;
      deferred = [];
      for (const action of actions) action();
    }
  }

  function flush(): void {
    runDeferred();
    while (turns.length > 0) {
      const actions = turns;
      turns = [];
      for (const action of actions) {
        action();
        runDeferred();
      }
    }
  }

  /** @returns false when nothing is due until `endMs` */
  function step(endMs: number): boolean {
    flush();
    if (timers.nextMs > endMs) return false;
    nowMs = Math.max(nowMs, timers.nextMs);
    timers.take()?.action();
    return true;
  }

  /**
   * Steps until time is `endMs` or `isDone` says so. Between two steps all promise reactions run: a tick that is asked for by one of them comes
   * after the last of them. Resolves to false when nothing is due any more.
   */
  function stepAsync(endMs: number, isDone: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      let steps = 0;
      const next = (): void => {
        try {
          if (steps > 0 && isDone()) return resolve(true);
          if (!step(endMs)) return resolve(false);
        } catch (error) {
          return reject(error);
        }
        if (++steps % stepsPerTurn === 0) setImmediate(next);
        else void settled.then(tick);
      };
      const tick = (): void => process.nextTick(next);
      setImmediate(next);
    });
  }

  return {
    now: () => nowMs,
    wallClock: () => 1_700_000_000_000 + nowMs,
    setTimer,
    defer: (action) => void deferred.push(action),
    yieldTurn: (action) => void turns.push(action),
    random,
    randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)),
    get pendingTimers() {
      return timers.size;
    },
    flush,
    advance(durationMs) {
      const endMs = nowMs + durationMs;
      while (step(endMs));
      nowMs = endMs;
    },
    async advanceAsync(durationMs) {
      const endMs = nowMs + durationMs;
      await stepAsync(endMs, () => false);
      await turn();
      nowMs = endMs;
      flush();
    },
    async run(work, limitMs = hourMs) {
      let isSettled = false;
      const onSettled = (): void => void (isSettled = true);
      work.then(onSettled, onSettled);
      const isDone = (): boolean => isSettled;
      const startedMs = nowMs;
      await stepAsync(startedMs + limitMs, isDone);
      // What the last step set off may still be under way.
      for (let turns = 0; turns < 3 && !isDone(); turns++) await stepAsync(startedMs + limitMs, isDone);
      if (isDone()) return work;
      throw new Error(
        `The work has not settled after ${nowMs - startedMs} ms of virtual time, and ${timers.size === 0 ? "no timer is set" : "the limit is " + limitMs + " ms"}.`,
      );
    },
  };
}

/** A turn of the event loop: every promise reaction has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
