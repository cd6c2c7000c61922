import { type Environment, maxTimerDelayMs, type Timer } from "./environment.ts";

/** The real clock, timers and random numbers of a browser: takes the place of `system.ts` in bundles for one. */
export const systemEnvironment: Environment = /* @__PURE__ */ Object.freeze({
  now: () => performance.now(),
  wallClock: () => Date.now(),
  setTimer: (delayMs: number, action: () => void): Timer => {
    const timeout = setTimeout(action, Math.min(Math.max(Math.ceil(delayMs), 0), maxTimerDelayMs));
    // Nothing holds a page open, and nothing has to let it go.
    return { cancel: () => clearTimeout(timeout), ref: () => undefined, unref: () => undefined };
  },
  defer: (action: () => void) => queueMicrotask(action),
  yieldTurn: (action: () => void) => void setTimeout(action),
  random: () => Math.random(),
  randomBytes: (count: number) => globalThis.crypto.getRandomValues(new Uint8Array(count)),
});
