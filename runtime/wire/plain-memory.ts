/** Bytes to write into. */
export interface Memory {
  readonly bytes: Uint8Array;
  /** Of the same bytes. */
  readonly view: DataView;
}

/** Zeroed memory of at least one byte. */
export function createMemory(size: number): Memory {
  return memoryOf(new Uint8Array(Math.max(size, 1)));
}

/** @param bytes all of their buffer */
export function memoryOf(bytes: Uint8Array): Memory {
  return { bytes, view: new DataView(bytes.buffer) };
}
