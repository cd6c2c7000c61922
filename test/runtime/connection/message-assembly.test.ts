import { expect, test } from "vitest";
import { MessageAssembly } from "../../../runtime/connection/message-assembly.ts";

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

test("puts chunks of any size together", () => {
  const assembly = new MessageAssembly(4, 1, 2);
  for (const [length, fill] of [
    [10, 1],
    [5_000, 2],
    [0, 3],
    [70_000, 4],
  ] as const)
    expect(assembly.append(bytes(length, fill), 100_000)).toBe(true);
  const whole = Buffer.concat([bytes(10, 1), bytes(5_000, 2), bytes(70_000, 4)]);
  expect(assembly.length).toBe(whole.length);
  expect(Buffer.compare(assembly.finish(), whole)).toBe(0);
});

test("takes a message of exactly the limit; of a longer one it keeps what it had", () => {
  const assembly = new MessageAssembly(4, 1, 0);
  expect(assembly.append(bytes(60, 1), 100)).toBe(true);
  expect(assembly.append(bytes(41, 2), 100)).toBe(false);
  expect(assembly.finish()).toEqual(bytes(60, 1));
  expect(assembly.append(bytes(40, 1), 100)).toBe(true);
  expect(assembly.finish()).toEqual(bytes(100, 1));
});

test("takes twice what has arrived, 4 KiB at least and the limit at most", () => {
  const memoryAfter = (maxBytes: number, ...lengths: readonly number[]): number => {
    const assembly = new MessageAssembly(4, 1, 0);
    for (const length of lengths) assembly.append(bytes(length, 1), maxBytes);
    return assembly.finish().buffer.byteLength;
  };
  expect(memoryAfter(1_000_000, 1)).toBe(4_096);
  expect(memoryAfter(1_000_000, 1, 4_095)).toBe(4_096);
  expect(memoryAfter(1_000_000, 1, 4_096)).toBe(8_194);
  expect(memoryAfter(1_000_000, 20_000)).toBe(40_000);
  expect(memoryAfter(30_000, 20_000)).toBe(30_000);
});
