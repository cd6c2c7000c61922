import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fc } from "../../property.ts";
import { describe, expect, test } from "vitest";
import { createSourceFile, type SourceFile } from "../../../compiler/source/source-file.ts";
import { parse, parseByGrammar } from "../../../compiler/syntax/parse.ts";
import { readPlainly } from "../../../compiler/syntax/plain/plain.ts";

const root = join(import.meta.dirname, "../../..");
/** Every construct but the one that is left to the grammar. */
const everything = readFileSync(join(import.meta.dirname, "every-construct.rpc"), "utf8").replace("0xFF", "255");

/** Words, numbers, strings, comments, signs, and what is between them. */
const PIECES = /"(?:[^"\\\r\n]|\\.)*"|\/\/[^\n]*\n|\/\*[^]*?\*\/|\w+|\.\.|\s+|[^]/g;

function fileOf(text: string): SourceFile {
  return createSourceFile("a.rpc", text);
}

/** True when a text was read plainly; then the grammar must find the same tree in it, and nothing to report. */
function isReadAlike(text: string): boolean {
  const file = fileOf(text);
  if (readPlainly(file) === undefined) return false;
  const plain = parse(file);
  const full = parseByGrammar(file);
  expect(plain.diagnostics).toEqual(full.diagnostics);
  expect(plain.ast).toEqual(full.ast);
  return true;
}

/** The fences of schemas in a document. */
function examplesIn(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/^```rpc\n([^]*?)^```/gm)].map((match) => match[1] ?? "");
}

/** The schemas below a folder. */
function schemasIn(folder: string): string[] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const own = paths.filter((path) => path.endsWith(".rpc") && !path.includes("node_modules"));
  return own.map((path) => readFileSync(join(root, folder, path), "utf8"));
}

const schemas = [
  ...["examples", "test/bench", "test/conformance", "test/compiler"].flatMap(schemasIn),
  ...examplesIn("compiler/LANGUAGE.md"),
  everything,
];
const right = schemas.filter((text) => parseByGrammar(fileOf(text)).diagnostics.length === 0);

/** What replaces, or stands before, a piece of a schema. */
const others = fc.constantFrom(
  ...[
    "/** d */",
    "/// d\n",
    "// c\n",
    "/* c */",
    "\n",
    " ",
    "\t",
    "\r\n",
    "@a",
    "@a(1)",
    "reserved",
    "stream",
    "throws",
  ],
  ...["map", "oneof", "open", "enum", "message", "x", "max", "0", "1", "-1", "1.5", "5ms", "1KiB", "0x1", "..", '"t"'],
  ...[
    "'t'",
    '"\\n"',
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    ";",
    ",",
    ":",
    "?",
    "=",
    "=>",
    "|",
    "*",
    ".",
    "ä",
    "-",
    "edition 1;",
  ],
);

/** A schema with some pieces taken out, doubled, changed, or put in. */
const changed = fc
  .record({
    text: fc.oneof(fc.constantFrom(...right), fc.constant(everything)),
    changes: fc.array(
      fc.record({ at: fc.nat(), kind: fc.constantFrom("delete", "double", "replace", "insert"), other: others }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ text, changes }) => {
    const pieces = text.match(PIECES) ?? [];
    for (const { at, kind, other } of changes) {
      const index = at % pieces.length;
      const piece = pieces[index] ?? "";
      pieces[index] = { delete: "", double: piece + piece, replace: other, insert: other + piece }[kind] ?? piece;
    }
    return pieces.join("");
  });

describe("a text that is read plainly", () => {
  test("has the tree that the grammar finds, in every schema at hand", () => {
    const plain = right.filter(isReadAlike);
    expect(plain.length).toBeGreaterThan(right.length * 0.95);
  });

  test("may hold every construct", () => expect(isReadAlike(everything)).toBe(true));

  test("has the tree that the grammar finds, or is left to it, whatever was changed", () => {
    let plain = 0;
    const check = (text: string): void => void (isReadAlike(text) && plain++);
    fc.assert(fc.property(changed, check), { numRuns: 1500 });
    expect(plain).toBeGreaterThan(200);
  });

  test("has the tree that the grammar finds, or is left to it, when it is cut off at any place", () => {
    for (let end = 0; end < everything.length; end += 7) isReadAlike(everything.slice(0, end));
  });
});

describe("what is rare is left to the grammar", () => {
  const left: Readonly<Record<string, string>> = {
    "a comment inside a statement": "message A { a /* c */: int32 = 1; }",
    "an escape that there is none of": 'const a = "\\q";',
    "a number in base 16": "enum A { a = 0x1; }",
    "a name that is too long": `message ${"a".repeat(129)} {}`,
    "deep nesting": `${"message A { ".repeat(17)}${"}".repeat(17)}`,
    "a map that is none": "message A { a: map<string> = 1; }",
    "annotations of nothing": "message A { @a }",
    "a text that may be too large": `// ${"a".repeat(1_400_000)}`,
  };
  for (const [name, text] of Object.entries(left)) test(name, () => expect(readPlainly(fileOf(text))).toBeUndefined());
});

test("the comments of a file that was read plainly are there for who asks", () => {
  const text = "// one\nmessage A {\n  /** two */\n  a: int32 = 1; // three\n}\n";
  const comments = parse(fileOf(text)).ast.comments.map(({ kind, span }) => [kind, text.slice(span.start, span.end)]);
  expect(comments).toEqual([
    ["line", "// one"],
    ["doc", "/** two */"],
    ["line", "// three"],
  ]);
});
