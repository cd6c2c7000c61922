import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { type Environment, maxTimerDelayMs, type Timer } from "./environment.ts";

/** One object for each timer, where closures would be four: an idle connection has two or three (bench `idle`). */
class SystemTimer implements Timer {
  private readonly timeout: NodeJS.Timeout;

  constructor(timeout: NodeJS.Timeout) {
    this.timeout = timeout;
  }

  cancel(): void {
    clearTimeout(this.timeout);
  }

  ref(): void {
    this.timeout.ref();
  }

  unref(): void {
    this.timeout.unref();
  }
}

/** The real clock, timers and random numbers of this process: the default everywhere. */
export const systemEnvironment: Environment = Object.freeze({
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer: (delayMs: number, action: () => void): Timer => {
    return new SystemTimer(setTimeout(action, Math.min(Math.max(Math.ceil(delayMs), 0), maxTimerDelayMs)));
  },
  defer: (action: () => void) => process.nextTick(action),
  yieldTurn: (action: () => void) => void setImmediate(action),
  random: () => Math.random(),
  randomBytes: (count: number) => new Uint8Array(randomBytes(count)),
});
