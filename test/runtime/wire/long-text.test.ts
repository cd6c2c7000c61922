import { isUtf8 } from "node:buffer";
import { describe, expect, test } from "vitest";
import { longMixedText } from "../../../runtime/wire/long-text.ts";
import { isWellFormed } from "../../../runtime/wire/utf8.ts";
import { fc } from "../../property.ts";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const textOf = {
  narrow: (units: Uint8Array, end: number) => Buffer.from(units.buffer, units.byteOffset, end).toString("latin1"),
  wide: (units: Uint8Array, end: number) => Buffer.from(units.buffer, units.byteOffset, end).toString("utf16le"),
};

function reference(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? strict.decode(bytes) : undefined;
}

/** Decodes the bytes as the middle of a larger piece of memory whose other bytes would change the outcome. */
function decoded(bytes: Uint8Array): string | undefined {
  const memory = new Uint8Array(bytes.length + 11).fill(0x80);
  memory.set(bytes, 5);
  const view = memory.subarray(2);
  return longMixedText(view, 3, 3 + bytes.length, textOf);
}

/** Inputs of four bytes, `before` and `behind` letters, that are not decoded as a strict TextDecoder does. */
function differences(before: number, behind: number): string[] {
  const edges = [
    0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8,
  ];
  const memory = new Uint8Array(before + 4 + behind).fill(0x61);
  const found: string[] = [];
  for (const first of edges)
    for (const second of edges)
      for (const third of edges)
        for (const fourth of edges) {
          memory.set([first, second, third, fourth], before);
          if (longMixedText(memory, 0, memory.length, textOf) !== reference(memory))
            found.push(Buffer.from(memory).toString("hex"));
        }
  return found;
}

describe("a long text that is not all ASCII decodes as by a strict TextDecoder:", () => {
  test.each([
    [0, 0],
    [0, 4],
    [1, 4],
    [3, 4],
  ])("every boundary of sequences, with %i letters before and %i behind", (before, behind) => {
    expect(differences(before, behind)).toEqual([]);
  });

  const character = fc.oneof(
    fc.constantFrom("a", " ", "é", "ж", "茶", "\u0800", "\uffff", "𝄞", "\u{10ffff}", "\u0080", "\u07ff"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter(isWellFormed),
  );
  const text = fc.array(character, { maxLength: 80 }).map((characters) => Buffer.from(characters.join("")));

  test("any text", () => {
    fc.assert(
      fc.property(text, (bytes) => {
        expect(decoded(bytes)).toBe(strict.decode(bytes));
      }),
      { numRuns: 1_000 },
    );
  });

  test("any text with bytes that are changed, missing or too many", () => {
    const change = fc.record({ at: fc.nat(200), remove: fc.nat(2), insert: fc.uint8Array({ maxLength: 2 }) });
    fc.assert(
      fc.property(text, change, (bytes, { at, remove, insert }) => {
        const broken = Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);
        expect(decoded(broken)).toBe(reference(broken));
      }),
      { numRuns: 3_000 },
    );
  });

  test("a text that one byte per character holds, of any length", () => {
    for (let length = 1; length < 40; length++) {
      const latin = `${"ä".repeat(length)}a`.slice(-length);
      expect(decoded(Buffer.from(latin))).toBe(latin);
      for (let at = 0; at < length; at++) {
        const wide = `${latin.slice(0, at)}ā${latin.slice(at + 1)}`;
        expect(decoded(Buffer.from(wide))).toBe(wide);
      }
    }
  });
});
