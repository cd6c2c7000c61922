import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { renderText } from "../../../compiler/cli/report/text.ts";
import { createSourceFile } from "../../../compiler/source/source-file.ts";
import { parse, type ParseResult } from "../../../compiler/syntax/parse.ts";
import { scan } from "../../../compiler/syntax/scan.ts";

const everything = readFileSync(join(import.meta.dirname, "every-construct.rpc"), "utf8");
const words = scan(createSourceFile("a.rpc", everything)).tokens.map((token) => token.image);

/** Parses and renders: neither may throw, and every place must lie in the file. */
function survives(text: string): ParseResult {
  const result = parse(createSourceFile("a.rpc", text));
  renderText(result.diagnostics);
  for (const { span } of result.diagnostics) {
    expect(span.start).toBeGreaterThanOrEqual(0);
    expect(span.end).toBeGreaterThanOrEqual(span.start);
    expect(span.end).toBeLessThanOrEqual(text.length);
  }
  return result;
}

/** Some edits of the token list: delete, double, replace or swap. */
const mutation = fc.record({
  at: fc.nat(words.length - 1),
  kind: fc.constantFrom("delete", "double", "replace", "swap"),
  word: fc.constantFrom(...new Set(words), "=", "}", "{", "(", '"', "/*", "\u00e4", "007"),
});

function mutate(mutations: readonly { at: number; kind: string; word: string }[]): string {
  const list = [...words];
  for (const { at, kind, word } of mutations) {
    const token = list[at] ?? "";
    if (kind === "delete") list.splice(at, 1);
    else if (kind === "double") list.splice(at, 0, token);
    else if (kind === "replace") list[at] = word;
    else list.splice(at, 2, list[at + 1] ?? "", token);
  }
  return list.map((word) => (/[;{}]/.test(word) ? `${word}\n` : `${word} `)).join("");
}

describe("whatever the text is, parsing ends with a tree and findings", () => {
  test("for arbitrary text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => void survives(text)),
      { numRuns: 400 },
    );
  });

  test("for a soup of words of the language", () => {
    const soup = fc.array(fc.constantFrom(...new Set(words), "\n"), { maxLength: 80 });
    fc.assert(
      fc.property(soup, (list) => void survives(list.join(" "))),
      { numRuns: 400 },
    );
  });

  test("for a schema with some tokens deleted, doubled, replaced or swapped", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (list) => void survives(mutate(list))),
      { numRuns: 300 },
    );
  });

  test("for a schema cut off at any place", () => {
    for (let end = 0; end < everything.length; end += 13) survives(everything.slice(0, end));
  });

  test("a broken schema keeps most of its declarations", () => {
    const whole = parse(createSourceFile("a.rpc", everything)).ast.declarations.length;
    const broken = words.map((word, index) => (index === 300 ? "= =" : word)).join("\n");
    expect(survives(broken).ast.declarations.length).toBeGreaterThan(whole - 3);
  });
});

describe("bounds", () => {
  const many = (count: number, text: string): string => Array.from({ length: count }, () => text).join("");

  test("hostile repetitions end with findings", () => {
    for (const text of [
      "{",
      "}",
      "(",
      "<",
      "[",
      '"',
      "'",
      "/*",
      "@",
      "a:",
      "=",
      ";",
      "\\",
      "\u0000",
      "é",
      "-",
      "1.",
      "..",
      "@a(",
    ])
      expect(survives(many(20_000, text)).diagnostics.length).toBeGreaterThan(0);
  });

  test("a wrong field in each of 5,000 lines ends with findings", () => {
    expect(survives(`message M {\n${many(5_000, "  a string 1\n")}}`).diagnostics.length).toBeGreaterThan(20);
  });
});
