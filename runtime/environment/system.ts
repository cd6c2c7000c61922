import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { type Environment, maxTimerDelayMs, type Timer } from "./environment.ts";

/** The real clock, timers and random numbers of this process: the default everywhere. */
export const systemEnvironment: Environment = Object.freeze({
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer: (delayMs: number, action: () => void): Timer => {
    const timeout = setTimeout(action, Math.min(Math.max(Math.ceil(delayMs), 0), maxTimerDelayMs));
    return {
      cancel: () => clearTimeout(timeout),
      ref: () => void timeout.ref(),
      unref: () => void timeout.unref(),
    };
  },
  defer: (action: () => void) => process.nextTick(action),
  yieldTurn: (action: () => void) => void setImmediate(action),
  random: () => Math.random(),
  randomBytes: (count: number) => new Uint8Array(randomBytes(count)),
});
