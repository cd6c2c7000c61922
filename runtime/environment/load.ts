import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How busy this process was since the last reading. */
export interface LoadMeter {
  /** Share of the time in which the event loop worked, 0 to 1; and the milliseconds by which it was late, 99th percentile. */
  read(): { readonly utilisation: number; readonly delayMs: number };
  close(): void;
}

/** Milliseconds between the wake-ups by which lateness is measured. */
const resolutionMs = 10;

/** Measures the event loop of this thread. */
export function systemLoad(): LoadMeter {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let previous = performance.eventLoopUtilization();
  return {
    read() {
      const current = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(current, previous);
      previous = current;
      // Nothing was recorded when the loop did not turn at all.
      const delayMs = histogram.count === 0 ? 0 : Math.max(0, histogram.percentile(99) / 1e6 - resolutionMs);
      histogram.reset();
      return { utilisation: utilization, delayMs };
    },
    close: () => void histogram.disable(),
  };
}
