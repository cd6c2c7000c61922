import { describe, expect, test } from "vitest";
import { Reader } from "../../../runtime/wire/reader.ts";

// Not of the reader for pages, which count nothing: they take what they ask their server for.

function reader(hex: string): Reader {
  return new Reader(Buffer.from(hex, "hex"));
}

describe("memory", () => {
  const mebibyte = 1_048_576;

  test("a message may take 64 MiB, and not a byte more", () => {
    const source = reader("00");
    source.hold(64 * mebibyte);
    expect(() => source.hold(1)).toThrow("a message of 1 bytes takes more than 64 MiB of memory");
    expect(source.heldBytes).toBe(64 * mebibyte + 1);
  });

  test("or 16 times its length, when that is more", () => {
    const source = new Reader(new Uint8Array(8 * mebibyte));
    source.hold(128 * mebibyte);
    expect(() => source.hold(1)).toThrow(
      expect.objectContaining({ reason: "limit_exceeded", message: expect.stringContaining("more than 128 MiB") }),
    );
  });

  test("lists, nested messages and bytes count, whatever is in them", () => {
    const held = (hex: string, read: (source: Reader) => unknown): number => {
      const source = reader(hex);
      read(source);
      return source.heldBytes;
    };
    expect(held("01", (source) => source.int32())).toBe(0);
    expect(held("00", (source) => source.close(source.open()))).toBe(64);
    expect(held("0100", (source) => (source.element(), source.string()))).toBe(64);
    expect(held("03010203", (source) => source.packedInt32([]))).toBe(3 * 32);
    expect(held(`10${"00".repeat(16)}`, (source) => source.packedFixed64([]))).toBe(2 * 32);
    expect(held("0100", (source) => source.bytes())).toBe(184);
  });
});
