import { totalmem } from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { takeMemory as takeBrowserMemory } from "../../../runtime/environment/browser-memory.ts";

const MiB = 1024 * 1024;

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

/** The module as a new process has it, and what it takes from the allocator. */
async function freshModule(constrainedBytes = 0) {
  vi.resetModules();
  vi.spyOn(process, "constrainedMemory").mockReturnValue(constrainedBytes);
  const { noteMemory, takeMemory } = await import("../../../runtime/environment/memory.ts");
  const allocator = vi.spyOn(Buffer, "allocUnsafeSlow");
  return { noteMemory, takeMemory, taken: () => allocator.mock.calls.map(([length]) => length) };
}

test("memory has the length that was asked for, and no more beneath", async () => {
  const { takeMemory } = await freshModule();
  for (const take of [takeMemory, takeBrowserMemory]) {
    for (const length of [0, 100, 70_000]) {
      const memory = take(length);
      expect([memory.length, memory.buffer.byteLength, memory.constructor]).toEqual([length, length, Uint8Array]);
    }
  }
});

test("half a MiB in all takes a block, once, that raises what the allocator keeps", async () => {
  const { noteMemory, takeMemory, taken } = await freshModule();
  takeMemory(100);
  noteMemory(512 * 1024 - 101);
  expect(taken()).toEqual([100]);
  takeMemory(1);
  takeMemory(1024 * 1024);
  noteMemory(1024 * 1024);
  const mark = Math.min(31 * MiB, Math.floor(totalmem() / 64));
  expect(taken()).toEqual([100, mark, 1, 1024 * 1024]);
});

test.each([
  [128 * MiB, 2 * MiB],
  [1024 * MiB, 16 * MiB],
  [0, Math.min(31 * MiB, Math.floor(totalmem() / 64))],
  [2 ** 62, Math.min(31 * MiB, Math.floor(totalmem() / 64))],
])("with %d bytes for the process that block takes %d", async (constrainedBytes, mark) => {
  const { noteMemory, taken } = await freshModule(constrainedBytes);
  noteMemory(512 * 1024);
  expect(taken()).toEqual([Math.min(mark, Math.floor(totalmem() / 64))]);
});
