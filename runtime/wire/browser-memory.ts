import { createMemory, type Memory } from "./plain-memory.ts";

/**
 * Takes the place of `memory.ts` in bundles for a browser, where each message has memory of its own: a `buffer` that several of them
 * share could be transferred or sent to another window as a whole.
 */
export const sharesSlabs: boolean = false;

/** Memory that each message is copied out of. */
export const slabBytes: number = 16 * 1024;

/** Memory to write small messages into. */
export function createSlab(size: number): Memory {
  return createMemory(size);
}
