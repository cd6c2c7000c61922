/** Memory of `length` bytes of its own: takes the place of `memory.ts` in bundles for browsers. */
export function takeMemory(length: number): Uint8Array {
  return new Uint8Array(length);
}
