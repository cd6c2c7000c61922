import type { Environment, Timer } from "../../environment/environment.ts";
import type { LoadMeter } from "../../environment/load.ts";

/** Whether a process has more to do than it can, from how late its event loop is. */
export interface Overload {
  readonly isOverloaded: boolean;
  /** Of the calls that come, the share to refuse: 0 to 0.95. */
  readonly shedShare: number;
  /** Of the last look, for metrics. */
  readonly last: { readonly utilisation: number; readonly delayMs: number };
  close(): void;
}

/** Settings of {@link watchOverload}. */
export interface OverloadOptions {
  readonly environment: Environment;
  readonly meter: LoadMeter;
  /** Share of the time that the loop worked above which the process is overloaded. */
  readonly maxUtilisation: number;
  /** Milliseconds by which the loop is late (99th percentile) above which it is. */
  readonly maxDelayMs: number;
  /** Milliseconds between looks. */
  readonly intervalMs: number;
}

const maxShare = 0.95;

/**
 * Calls of a handler that never waits are never in progress at the same time: they wait in the socket, where no limit of calls sees them. So beside
 * the limit a share of all calls is refused, which follows the lateness of the loop: it rises by what the loop is over its target, and falls
 * slowly when it is under it.
 */
export function watchOverload(options: OverloadOptions): Overload {
  const { environment, meter, maxUtilisation, maxDelayMs, intervalMs } = options;
  let isOverloaded = false;
  let shedShare = 0;
  let last = { utilisation: 0, delayMs: 0 };
  let timer: Timer;

  function look(): void {
    last = meter.read();
    const excess = last.delayMs / maxDelayMs - 1;
    isOverloaded = last.utilisation > maxUtilisation || excess > 0;
    if (excess > 0 && last.utilisation > maxUtilisation)
      shedShare = Math.min(maxShare, shedShare + Math.min(0.2, 0.1 * excess));
    else shedShare = shedShare < 0.01 ? 0 : shedShare * 0.9;
    arm();
  }

  function arm(): void {
    timer = environment.setTimer(intervalMs, look);
    timer.unref();
  }

  arm();
  return {
    get isOverloaded() {
      return isOverloaded;
    },
    get shedShare() {
      return shedShare;
    },
    get last() {
      return last;
    },
    close() {
      timer.cancel();
      meter.close();
    },
  };
}
