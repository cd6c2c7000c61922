import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeLongUtf8, encodeUtf8, isWellFormed } from "../../../runtime/wire/utf8.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const lenient = new TextDecoder("utf-8", { ignoreBOM: true });

/** Throwing is slow, so the lenient decoder sorts out what the strict one would refuse: it puts U+FFFD there. */
function reference(bytes: Uint8Array): string | undefined {
  const text = lenient.decode(bytes);
  if (!text.includes("\ufffd")) return strict.decode(bytes);
  try {
    return isReplacement(bytes) ? strict.decode(bytes) : undefined;
  } catch {
    return undefined;
  }
}

function isReplacement(bytes: Uint8Array): boolean {
  return Buffer.from(bytes).includes("\ufffd");
}

function ours(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes, 0, bytes.length);
  } catch {
    return undefined;
  }
}

function differences(length: number, pad: number, firstByte: number): string[] {
  const bytes = new Uint8Array(length + pad).fill(0x61);
  const found: string[] = [];
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  for (let value = firstByte * 256 ** (length - 1); value < 256 ** length; value++) {
    for (let at = 0; at < length; at++) bytes[at] = value >>> (8 * (length - 1 - at));
    if (ours(bytes) !== reference(bytes)) found.push(Buffer.from(bytes).toString("hex"));
  }
  Error.stackTraceLimit = limit;
  return found;
}

describe("decoding agrees with a strict TextDecoder", () => {
  test("over all inputs of two bytes", () => expect(differences(2, 0, 0)).toEqual([]));

  test("over all inputs of two bytes inside a text that takes the native path", () =>
    expect(differences(2, 40, 0)).toEqual([]));

  test(
    "over all inputs of three bytes that begin outside ASCII",
    () => expect(differences(3, 0, 0x80)).toEqual([]),
    120_000,
  );

  test.each(["f0908080", "f48fbfbf", "f4908080", "f08fbfbf", "f0808080", "f5808080", "f7bfbfbf", "f0908041", "f09080"])(
    "for the four-byte sequence %s",
    (hex) => {
      const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
      expect(ours(bytes)).toBe(reference(bytes));
    },
  );
});

test("every ASCII length decodes to the same text, short and long", () => {
  for (let length = 0; length < 80; length++) {
    const text = "abcdefghijklmnopqrstuvwxyz".repeat(4).slice(0, length);
    expect(decodeUtf8(Buffer.from(`xx${text}yy`), 2, 2 + length)).toBe(text);
  }
});

test("a byte order mark stays a character", () => {
  expect(decodeUtf8(Buffer.from("\ufeffa"), 0, 4)).toBe("\ufeffa");
  expect(decodeUtf8(Buffer.from(`\ufeff${"a".repeat(50)}`), 0, 53)).toBe(`\ufeff${"a".repeat(50)}`);
});

test("a replacement character that was really sent is kept", () => {
  const bytes = Buffer.from(`\ufffd${"a".repeat(50)}`);
  expect(decodeUtf8(bytes, 0, bytes.length)).toBe(`\ufffd${"a".repeat(50)}`);
});

describe("encoding", () => {
  const samples = ["", "a", "é", "€", "𝄞", "aé€𝄞z", "\u0000\u007f\u0080\u07ff\u0800\uffff", "\u{10ffff}"];

  test.each(samples)("gives the bytes that TextEncoder gives for %j", (text) => {
    const expected = Buffer.from(text);
    const bytes = new Uint8Array(64);
    expect(Buffer.from(bytes.subarray(0, encodeUtf8(text, bytes, 0)))).toEqual(expected);
    expect(Buffer.from(bytes.subarray(0, encodeLongUtf8(text, bytes, 0)))).toEqual(expected);
  });

  test.each(["\ud800", "\udc00", "a\ud800b", "\udc00\ud800", "𝄞\udfff", "\ud800\ud800\udc00"])(
    "refuses the lone surrogate in %j",
    (text) => {
      expect(() => encodeUtf8(text, new Uint8Array(64), 0)).toThrow("lone surrogate");
      expect(() => encodeLongUtf8(text, new Uint8Array(64), 0)).toThrow("lone surrogate");
      expect(isWellFormed(text)).toBe(false);
    },
  );
});
