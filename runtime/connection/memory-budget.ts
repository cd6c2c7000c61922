/** Bytes that peers have sent and that are not done with, over all connections of a server. */
export interface MemoryBudget {
  readonly usedBytes: number;
  /** True from 95 % on: new connections are not worth accepting. */
  readonly isNearlyFull: boolean;
  /** Charges `bytes`. @returns false, and charges nothing, when they do not fit */
  take(bytes: number): boolean;
  /** Gives back what was taken. */
  give(bytes: number): void;
}

const nearlyFull = 0.95;

/** A budget of `maxBytes`; `Infinity` for none. */
export function createMemoryBudget(maxBytes: number): MemoryBudget {
  let usedBytes = 0;
  return {
    get usedBytes() {
      return usedBytes;
    },
    get isNearlyFull() {
      return usedBytes >= maxBytes * nearlyFull;
    },
    take(bytes) {
      if (usedBytes + bytes > maxBytes) return false;
      usedBytes += bytes;
      return true;
    },
    give(bytes) {
      usedBytes -= bytes;
    },
  };
}
