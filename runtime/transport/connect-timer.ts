import type { Environment, Timer } from "../environment/environment.ts";
import { systemEnvironment } from "../environment/system.ts";

/** Milliseconds that a timer may be late on a thread that is not busy. */
const usualDelayMs = 10;

/** A timer that can be called off; without effect after its time. */
export type ConnectTimer = Pick<Timer, "cancel">;

/**
 * Calls `onTimeout` after `timeoutMs` milliseconds in which this thread could have noticed an answer. One that was busy when the time was up (it loads modules,
 * or encodes) comes to its timers before it looks at its sockets: what it was late by is waited again, up to `timeoutMs` in all, for a thread may be late each time.
 */
export function startConnectTimer(
  timeoutMs: number,
  onTimeout: () => void,
  environment: Environment = systemEnvironment,
): ConnectTimer {
  let timer: Timer;
  let graceMs = timeoutMs;

  function wait(delayMs: number): void {
    const dueMs = environment.now() + delayMs;
    timer = environment.setTimer(delayMs, () => {
      const lateMs = Math.min(environment.now() - dueMs, graceMs);
      if (lateMs <= usualDelayMs) return onTimeout();
      graceMs -= lateMs;
      wait(lateMs);
    });
  }

  wait(timeoutMs);
  return { cancel: () => timer.cancel() };
}
