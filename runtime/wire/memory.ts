import { noteMemory } from "../environment/memory.ts";
import { createMemory, type Memory } from "./plain-memory.ts";

type MarkUntransferable = (object: object) => void;

/** Absent outside Node. */
const markUntransferable: MarkUntransferable | undefined = findMark();

function findMark(): MarkUntransferable | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): object | undefined } };
  const threads = process?.getBuiltinModule?.("node:worker_threads") as { markAsUntransferable?: MarkUntransferable };
  return threads?.markAsUntransferable;
}

/** Bytes of a slab: a power of two that small messages fill without much being left over at its end. */
export const slabBytes: number = 16 * 1024;

/**
 * True where small messages may be views of one slab: memory of its own cost a message of 600 bytes a quarter of its encoding
 * (bench codec: order). Node does the same for small Buffers, and as there a slab cannot be transferred to another thread, which
 * would empty the other messages in it. Elsewhere it could be, so there each message has its own memory.
 */
export const sharesSlabs: boolean = markUntransferable !== undefined;

/** Memory for many small messages. All of it is zero, so that no message ever lies beside what the process wrote elsewhere. */
export function createSlab(size: number): Memory {
  noteMemory(size);
  const memory = createMemory(size);
  markUntransferable?.(memory.bytes.buffer);
  return memory;
}
