/** Who took this many bytes goes on taking memory. */
const manyBytes = 512 * 1024;
/** glibc's mark follows the largest block that was freed, up to 32 MiB with what it writes in front of the block. */
const largestMark = 31 * 1024 * 1024;
/** Twice the mark is what the allocator may keep: a 32nd of the memory there is. */
const markOfMemory = 1 / 64;

interface Host {
  readonly process?: {
    constrainedMemory?(): number;
    getBuiltinModule?(name: "node:os"): { totalmem(): number } | undefined;
  };
}

let isMarkRaised = false;
let takenBytes = 0;

/** Memory of its own that in Node may hold anything: zeroing large pieces costs more than filling them. */
export function takeMemory(length: number): Uint8Array {
  if (typeof Buffer === "undefined") return new Uint8Array(length);
  noteMemory(length);
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}

/** Counts `length` bytes that are taken here or elsewhere: after half a MiB the allocator is to keep what is freed. */
export function noteMemory(length: number): void {
  if (isMarkRaised || typeof Buffer === "undefined") return;
  takenBytes += length;
  if (takenBytes >= manyBytes) raiseMark();
}

/**
 * Lets the allocator keep more of what is freed. glibc gives free memory at the end of its heap back to the system once there is more of it than
 * twice the largest block that was ever freed, 128 KiB at first; so memory of messages, which V8 frees many at a time, would come back as
 * fresh pages with a page fault for each (PROFILE.md, "Memory that is touched"). A block that is taken and never written to costs address space
 * only, and as garbage it is freed soon. Other allocators do not notice.
 */
function raiseMark(): void {
  isMarkRaised = true;
  const { process } = globalThis as Host;
  const total = process?.getBuiltinModule?.("node:os")?.totalmem() ?? 0;
  const memory = Math.min(total, process?.constrainedMemory?.() || total);
  const mark = Math.min(largestMark, Math.floor(memory * markOfMemory));
  if (mark > 0) Buffer.allocUnsafeSlow(mark);
}
