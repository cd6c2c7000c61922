/** Bytes that all connections of a server hold together: what peers have sent and is not done with, or what waits for them. */
export interface MemoryBudget {
  readonly usedBytes: number;
  /** True from 95 % on: new connections are not worth accepting. */
  readonly isNearlyFull: boolean;
  /** True when `bytes` more would fit. */
  hasRoom(bytes: number): boolean;
  /** Charges `bytes`, room or not: for who has asked before. */
  charge(bytes: number): void;
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
    hasRoom: (bytes) => usedBytes + bytes <= maxBytes,
    charge(bytes) {
      usedBytes += bytes;
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
