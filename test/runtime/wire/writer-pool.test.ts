import { expect, test } from "vitest";
import { encodeWith } from "../../../runtime/wire/writer-pool.ts";
import type { Writer } from "../../../runtime/wire/writer.ts";

function encode(bytes: Uint8Array): Uint8Array {
  return encodeWith("test.Blob", (writer: Writer, value: Uint8Array) => writer.bytes(value), bytes);
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
    expect([...third]).toEqual([5, 3, 3, 3, 3, 3]);
  },
);

test("a result keeps little more memory alive than it has", () => {
  for (const size of [100, 20_000, 65_536, 300_000]) {
    const encoded = encode(new Uint8Array(size));
    expect(encoded.buffer.byteLength).toBeLessThanOrEqual(encoded.length * 1.15 + 16);
  }
});
