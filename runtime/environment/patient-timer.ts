import type { Environment, Timer } from "./environment.ts";

/**
 * A timer for what a peer should have done by then: `action` comes after one more look at the sockets. A thread that was busy comes to its timers before it
 * reads, and what it would miss may have arrived long ago.
 */
export function setPatientTimer(environment: Environment, delayMs: number, action: () => void): Timer {
  return new PatientTimer(environment, delayMs, action);
}

class PatientTimer implements Timer {
  private readonly timer: Timer;
  private isCancelled: boolean;

  constructor(environment: Environment, delayMs: number, action: () => void) {
    this.isCancelled = false;
    this.timer = environment.setTimer(delayMs, () =>
      environment.yieldTurn(() => {
        if (!this.isCancelled) action();
      }),
    );
  }

  cancel(): void {
    this.isCancelled = true;
    this.timer.cancel();
  }

  ref(): void {
    this.timer.ref();
  }

  unref(): void {
    this.timer.unref();
  }
}
