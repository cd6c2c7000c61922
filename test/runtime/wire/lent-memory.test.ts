import { beforeEach, expect, test, vi } from "vitest";

let lendMemory: typeof import("../../../runtime/wire/lent-memory.ts").lendMemory;
let giveBack: typeof import("../../../runtime/wire/lent-memory.ts").giveBack;
let encodeLent: typeof import("../../../runtime/wire/writer-pool.ts").encodeLent;

beforeEach(async () => {
  vi.resetModules();
  ({ lendMemory, giveBack } = await import("../../../runtime/wire/lent-memory.ts"));
  ({ encodeLent } = await import("../../../runtime/wire/writer-pool.ts"));
});

const kib = 1024;

function encode(fill: number, length: number): Uint8Array {
  return encodeLent("test.Blob", (writer, value) => writer.bytes(10, value), new Uint8Array(length).fill(fill));
}

test("memory that was given back is lent again, to messages that fill half of it or more", () => {
  const { bytes } = lendMemory(65 * kib);
  giveBack(bytes.subarray(0, 20 * kib));
  expect(lendMemory(39 * kib).bytes === bytes).toBe(false);
  expect(lendMemory(81 * kib).bytes === bytes).toBe(false);
  expect(lendMemory(40 * kib).bytes === bytes).toBe(true);
});

test("memory is lent to one at a time, however often it is given back", () => {
  const { bytes } = lendMemory(65 * kib);
  giveBack(bytes);
  giveBack(bytes);
  const [first, second] = [lendMemory(65 * kib), lendMemory(65 * kib)];
  expect([first.bytes === bytes, second.bytes === bytes]).toEqual([true, false]);
});

test("memory of others is not taken", () => {
  const own = new Uint8Array(80 * kib);
  giveBack(own);
  expect(lendMemory(80 * kib).bytes === own).toBe(false);
});

test("4 MiB are kept at most, and no memory of more than 2 MiB", () => {
  const all = Array.from({ length: 3 }, () => lendMemory(2_048 * kib).bytes);
  for (const bytes of all) giveBack(bytes);
  const again = Array.from({ length: 3 }, () => lendMemory(2_048 * kib).bytes);
  expect(again.filter((bytes) => all.includes(bytes))).toHaveLength(2);
  const { bytes: large } = lendMemory(2_049 * kib);
  giveBack(large);
  expect(lendMemory(2_049 * kib).bytes === large).toBe(false);
});

test.each([16_380, 16_384, 16_385, 65_536, 300_000])(
  "a message of %d bytes keeps what it is until it is given back",
  (length) => {
    const first = encode(1, length);
    const isLarge = first.length > 16 * kib;
    const second = encode(2, length);
    expect(new Set(first.subarray(-length))).toEqual(new Set([isLarge ? 1 : 2]));
    giveBack(first);
    const third = encode(3, length);
    expect(new Set(second.subarray(-length))).toEqual(new Set([isLarge ? 2 : 3]));
    expect([first, second, third].map((bytes) => bytes.length)).toEqual(new Array(3).fill(first.length));
  },
);

test("long messages of short parts are lent too", () => {
  const text = "x".repeat(100);
  const write = (): Uint8Array =>
    encodeLent("test.Texts", (writer) => Array.from({ length: 400 }, () => writer.string(10, text)), {});
  const first = write();
  expect(Buffer.from(first).toString("latin1")).toBe(`\nd${text}`.repeat(400));
  giveBack(first);
  expect(write().buffer === first.buffer).toBe(true);
});

test("a message that fails leaves nothing behind in those that follow", () => {
  const broken = (): Uint8Array =>
    encodeLent(
      "test.Broken",
      (writer, value) => {
        writer.bytes(10, value);
        throw new Error("broken");
      },
      new Uint8Array(65_536).fill(9),
    );
  expect(broken).toThrow("broken");
  expect(new Set(encode(1, 65_536).subarray(-65_536))).toEqual(new Set([1]));
});
