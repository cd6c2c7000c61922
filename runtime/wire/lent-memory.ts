import { createMemory, type Memory } from "./plain-memory.ts";

/** Messages up to this many bytes are copied by whoever sends them, so nobody gives their memory back. */
export const smallestLent: number = 16 * 1024;
/** Larger memory is not kept. */
const largestLent = 2 * 1024 * 1024;
/** Bytes that are kept for later messages, over all connections of the thread. */
const maxSpareBytes = 4 * 1024 * 1024;
/** Sizes are multiples of this, so that messages of about one length fit each other's memory. */
const step = 16 * 1024;

/** Memory that nobody uses. A cache, not state: whoever takes some takes it out. */
const spares: Memory[] = [];
let spareBytes = 0;

/** What is under way, by its buffer. What is never given back is garbage like any other. */
const lent = /* @__PURE__ */ new WeakMap<ArrayBufferLike, Memory>();

/**
 * Memory for the bytes of a large message until they have left; it may hold anything. A message of 64 KiB in fresh memory costs its pages and the
 * collections that so much garbage brings, which small calls beside it wait for (bench `fair`).
 */
export function lendMemory(size: number): Memory {
  if (size > largestLent) return createMemory(size);
  const memory = takeSpare(size) ?? createMemory(Math.ceil(size / step) * step);
  lent.set(memory.bytes.buffer, memory);
  return memory;
}

/** The bytes of a message have left, or never will, and nobody looks at them again. Of memory that was not lent nothing happens. */
export function giveBack(bytes: Uint8Array): void {
  if (bytes.length <= smallestLent) return;
  const memory = lent.get(bytes.buffer);
  if (memory === undefined) return;
  lent.delete(bytes.buffer);
  const { length } = memory.bytes;
  if (spareBytes + length > maxSpareBytes) return;
  spareBytes += length;
  spares.push(memory);
}

/** The last that fits and is not much too large. */
function takeSpare(size: number): Memory | undefined {
  for (let at = spares.length - 1; at >= 0; at--) {
    const memory = spares[at] as Memory;
    const { length } = memory.bytes;
    if (length < size || length > 2 * size) continue;
    spares.splice(at, 1);
    spareBytes -= length;
    return memory;
  }
  return undefined;
}
