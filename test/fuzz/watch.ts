import { getHeapStatistics } from "node:v8";

/** Bytes that a step of a case may take whatever it is given. What a frame may claim to be long is more than that. */
const baseBytes = 48 * 1024;
/** Bytes that it may take for each byte of a peer. */
const bytesPerByte = 384;

/**
 * Memory that the steps of a case take. It counts what is left to the collector too, so it never says less than the peak; where the
 * collector came in between, it says that it does not know.
 */
export class Meter {
  /** The step that took too much, or during which the collector came. */
  suspect: string | undefined;
  private before: number;

  constructor() {
    this.suspect = undefined;
    this.before = 0;
  }

  start(): void {
    this.suspect = undefined;
    this.before = takenBytes();
  }

  /** The end of a step, in which `inputBytes` of a peer were dealt with. */
  step(inputBytes: number): void {
    const after = takenBytes();
    const taken = after - this.before;
    this.before = after;
    if (taken >= 0 && taken <= baseBytes + bytesPerByte * inputBytes) return;
    this.suspect ??= `takes ${taken < 0 ? "nobody knows how many" : taken} bytes of memory for ${inputBytes} bytes of a peer`;
  }
}

function takenBytes(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics();
  return heap + buffers;
}

/** Looks again at a case that seems to take too much: the engine takes memory too, as it optimises. @returns what was found */
export function lookAtMemory(run: () => void, meter: Meter): string | undefined {
  for (let count = 0; count < 6; count++) {
    if (count > 0) globalThis.gc?.({ type: "minor" });
    run();
    if (meter.suspect === undefined) return undefined;
  }
  return meter.suspect;
}

/** Slow twice is slow; once may have been the collector. @returns what was found */
export function lookAtTime(run: () => void, maxMs: number): string | undefined {
  const times = [0, 1].map(() => {
    const startedMs = cpuMs();
    run();
    return cpuMs() - startedMs;
  });
  const least = Math.min(...times);
  return least > maxMs ? `takes ${least.toFixed(0)} ms of processor time` : undefined;
}

/** Milliseconds of processor time of this process. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Bytes that are in use once all garbage is gone. */
export function keptBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}
