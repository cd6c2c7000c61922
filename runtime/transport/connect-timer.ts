import type { Timer } from "../environment/environment.ts";
import { systemEnvironment } from "../environment/system.ts";

/** Milliseconds that a timer may be late on a thread that is not busy. */
const usualDelayMs = 10;

/** A timer that can be called off; without effect after its time. */
export type ConnectTimer = Pick<Timer, "cancel">;

/**
 * Calls `onTimeout` after `timeoutMs` milliseconds in which this thread could have noticed an answer. One that was busy when the time was up (it loads modules,
 * or encodes) comes to its timers before it looks at its sockets: what it was late by is waited again.
 */
export function startConnectTimer(timeoutMs: number, onTimeout: () => void): ConnectTimer {
  const environment = systemEnvironment;
  let timer: Timer;

  function wait(delayMs: number): void {
    const dueMs = environment.now() + delayMs;
    timer = environment.setTimer(delayMs, () => {
      const lateMs = Math.min(environment.now() - dueMs, timeoutMs);
      if (lateMs > usualDelayMs) wait(lateMs);
      else onTimeout();
    });
  }

  wait(timeoutMs);
  return { cancel: () => timer.cancel() };
}
