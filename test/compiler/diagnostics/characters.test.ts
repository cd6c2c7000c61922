import { describe, expect, test } from "vitest";
import { characterName, escapeInvisible, isInvisible } from "../../../compiler/diagnostics/characters.ts";

describe("invisible characters", () => {
  test("are shown by their code, so that they cannot reorder a report", () => {
    expect(escapeInvisible("a\u202eb\u0000c\u200bd\u001b[31m")).toBe("a<U+202E>b<U+0000>c<U+200B>d<U+001B>[31m");
  });
  test("are controls, bidirectional marks and lone surrogates, not letters or emoji", () => {
    expect([0x1b, 0x2066, 0x200f, 0xfeff, 0xd800, 0x85].every(isInvisible)).toBe(true);
    expect([0x41, 0xe4, 0x65e5, 0x1f600].some(isInvisible)).toBe(false);
  });
  test("leave tabs and text alone", () => expect(escapeInvisible("\tgröße 日本 😀")).toBe("\tgröße 日本 😀"));
  test("have names where people know them", () => {
    expect(characterName(0xa0)).toBe("U+00A0 (no-break space)");
    expect(characterName(0x7)).toBe("U+0007");
  });
});
