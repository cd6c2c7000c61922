import { expect, test, vi } from "vitest";
import { encodeWith } from "../../../runtime/wire/writer-pool.ts";
import { Writer } from "../../../runtime/wire/writer.ts";

function encode(bytes: Uint8Array): Uint8Array {
  return encodeWith("test.Blob", (writer: Writer, value: Uint8Array) => writer.bytes(10, value), bytes);
}

test.each([1, 1000, 20_000, 65_536, 300_000])(
  "what was encoded from %s bytes stays as it is while others are encoded",
  (size) => {
    const first = encode(new Uint8Array(size).fill(1));
    const second = encode(new Uint8Array(size).fill(2));
    const third = encode(new Uint8Array(5).fill(3));
    expect(first.length).toBe(second.length);
    expect(new Set(first.subarray(-size))).toEqual(new Set([1]));
    expect(new Set(second.subarray(-size))).toEqual(new Set([2]));
    expect([...third]).toEqual([10, 5, 3, 3, 3, 3, 3]);
  },
);

test("a large result keeps little more memory alive than it has, a small one no more than 16 KiB", () => {
  for (const size of [5_000, 20_000, 65_536, 300_000]) {
    const encoded = encode(new Uint8Array(size));
    expect(encoded.buffer.byteLength).toBeLessThanOrEqual(encoded.length * 1.15 + 16);
  }
  for (const size of [1, 100, 4_000]) expect(encode(new Uint8Array(size)).buffer.byteLength).toBe(16 * 1024);
  expect(encodeWith("test.Empty", () => undefined, {}).buffer.byteLength).toBe(0);
});

test("nothing that the process left in memory lies behind a large message", () => {
  vi.spyOn(Buffer, "allocUnsafeSlow").mockImplementation((length) => Buffer.from(new ArrayBuffer(length)).fill(0xee));
  for (const rest of [0, 3, 200]) {
    const encoded = encodeWith("test.Blob", writeBlobAndText, "x".repeat(rest));
    const behind = new Uint8Array(encoded.buffer, encoded.byteOffset + encoded.length);
    expect(behind.every((byte) => byte === 0)).toBe(true);
    expect(encoded.subarray(4, 20_004).every((byte) => byte === 7)).toBe(true);
  }
  vi.restoreAllMocks();
});

const blob = new Uint8Array(20_000).fill(7);

function writeBlobAndText(writer: Writer, text: string): void {
  writer.bytes(10, blob);
  writer.string(18, text);
}

/** Nested messages and lists, whose lengths are patched when their content is there, wherever memory ends. */
function writeTree(writer: Writer, depth: number): void {
  for (let index = 0; index < 3; index++) {
    const mark = writer.begin(10, {});
    writer.string(18, "x".repeat(depth * 40 + index));
    writer.tag(26);
    writer.packedSint32(Array.from({ length: depth * 30 }, (_, at) => at * 50));
    if (depth > 0) writeTree(writer, depth - 1);
    writer.end(mark);
  }
}

test("a message is the same wherever in a slab it begins", () => {
  const expected = new Writer(64 * 1024);
  writeTree(expected, 2);
  const bytes = Buffer.from(expected.finish()).toString("hex");
  const kept: Uint8Array[] = [];
  for (let filler = 1; filler < 700; filler++) {
    encode(new Uint8Array(filler));
    kept.push(encodeWith("test.Tree", (writer) => writeTree(writer, 2), {}));
  }
  expect(new Set(kept.map((one) => Buffer.from(one).toString("hex")))).toEqual(new Set([bytes]));
});

test("messages that fail leave nothing in those that follow", () => {
  const poisoned = (writer: Writer): void => {
    writer.string(10, "POISON".repeat(100));
    throw new Error("broken");
  };
  for (let size = 1; size < 600; size++) {
    expect(() => encodeWith("test.Broken", poisoned, {})).toThrow("broken");
    const encoded = encode(new Uint8Array(size));
    expect(encoded.subarray(-size).every((byte) => byte === 0)).toBe(true);
  }
});

test("memory that messages share cannot be transferred away from under them", () => {
  const first = encode(Uint8Array.of(1, 2, 3));
  const second = encode(Uint8Array.of(4, 5, 6));
  expect(first.buffer).toBe(second.buffer);
  try {
    structuredClone(first, { transfer: [first.buffer as ArrayBuffer] });
  } catch {
    // Newer Nodes refuse, older ones copy.
  }
  expect([...second]).toEqual([10, 3, 4, 5, 6]);
});

test("where memory could be transferred, each message has its own", async () => {
  vi.resetModules();
  vi.stubGlobal("process", undefined);
  const pool = await import("../../../runtime/wire/writer-pool.ts");
  vi.unstubAllGlobals();
  vi.resetModules();
  const encodeText = (text: string): Uint8Array =>
    pool.encodeWith("test.Text", (writer) => writer.string(10, text), {});
  const all = ["a", "bc", "d".repeat(3_000)].map((text) => encodeText(text));
  expect(all.map((bytes) => bytes.buffer.byteLength)).toEqual([3, 4, 3_003]);
});
