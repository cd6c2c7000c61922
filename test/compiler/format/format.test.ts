import { fc } from "../../property.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { format } from "../../../compiler/format/format.ts";
import { createSourceFile } from "../../../compiler/source/source-file.ts";
import { parse } from "../../../compiler/syntax/parse.ts";

const root = join(import.meta.dirname, "../../..");
const everything = readFileSync(join(root, "test/compiler/syntax/every-construct.rpc"), "utf8");

function schemasBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".rpc") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

async function formatted(text: string, printWidth?: number): Promise<string> {
  const result = await format("main.rpc", text, { printWidth });
  expect(result.diagnostics).toEqual([]);
  return result.text;
}

/** The tree without places and comments: what the text means to the compiler. */
function meaningOf(text: string): string {
  const { ast, diagnostics } = parse(createSourceFile("main.rpc", text));
  expect(diagnostics).toEqual([]);
  return JSON.stringify(ast, (key: string, value: unknown) => {
    if (key === "span" || key === "comments") return undefined;
    return typeof value === "bigint" ? value.toString() : value;
  });
}

function commentsOf(text: string): string[] {
  const { ast } = parse(createSourceFile("main.rpc", text));
  return ast.comments.map(({ span }) => text.slice(span.start, span.end).replace(/\s+/gu, " ").trim()).sort();
}

describe("format", () => {
  test("writes a messy schema as people like to read it", async () => {
    const messy = `edition 2026;package a.b;
import {B,C as D} from './x.rpc';
message User{
id:uint64=1;


name : string=2@len(1 .. 80)   @pattern('it\\'s "x"');
  tags:string[]=3;// short
}
service Users throws B{@readonly
get(id:uint64=1):User throws D;
list(size:int32=1):{users:User[]=1;};}
`;
    expect(await formatted(messy)).toBe(`edition 2026;

package a.b;

import { B, C as D } from "./x.rpc";

message User {
  id: uint64 = 1;

  name: string = 2 @len(1..80) @pattern("it's \\"x\\"");
  tags: string[] = 3; // short
}

service Users throws B {
  @readonly
  get(id: uint64 = 1): User throws D;
  list(size: int32 = 1): { users: User[] = 1; };
}
`);
  });

  test("keeps examples", async () => {
    const messy = "message A{a:B=1@example( {b:1,c:[{d:'x'}]} );}\nservice S{@example([{b:1},{}])get():stream B;}\n";
    expect(await formatted(messy)).toBe(`message A { a: B = 1 @example({b: 1, c: [{d: "x"}]}); }

service S { @example([{b: 1}, {}]) get(): stream B; }
`);
  });

  test("breaks what is longer than the line", async () => {
    const long = `service S { fetchEverything(firstParameter: string = 1, secondParameter: string = 2): Result throws NotFound | Conflict; }`;
    expect(await formatted(long, 60)).toBe(`service S {
  fetchEverything(
    firstParameter: string = 1,
    secondParameter: string = 2
  ): Result throws NotFound | Conflict;
}
`);
  });

  test("keeps short blocks on one line when the author had them so", async () => {
    const text = "message Point { x: double = 1; y: double = 2; }\n";
    expect(await formatted(text)).toBe(text);
  });

  test("keeps comments where there is nothing else", async () => {
    expect(await formatted("// nothing yet\n")).toBe("// nothing yet\n");
    expect(await formatted("message A { /* to do */ }")).toBe("message A {\n  /* to do */\n}\n");
    expect(await formatted("")).toBe("");
  });

  test.each([
    ["const A = // one\n1 // two\n;", /^const A = +\/\/ one\n1; \/\/ two\n$/u],
    ["const A = // one\n// two\n1;", /^const A = +\/\/ one\n\/\/ two\n1;\n$/u],
    ["const SIZE = // one\n64KiB // two\n;", /one\n.*two\n/u],
    ["message A {\n  x: B // one\n  = 1 // two\n  ; // three\n}", /one\n.*two\n.*three\n/u],
  ])("keeps comments to the end of the line apart: %j", async (text, expected) => {
    const once = await formatted(text);
    expect(once).toMatch(expected);
    expect([meaningOf(once), commentsOf(once)]).toEqual([meaningOf(text), commentsOf(text)]);
  });

  test("gives back a schema with syntax errors as it is, with the errors", async () => {
    const broken = "message User { id uint64 = 1; }";
    const result = await format("main.rpc", broken);
    expect(result.text).toBe(broken);
    expect(result.diagnostics.length).toBeGreaterThan(0);
  });

  test("ends lines with a line feed, whatever they ended with", async () => {
    expect(await formatted("message A {\r\n  /**\r\n   * Doc.\r\n   */\r\n  x: bool = 1;\r\n}\r\n")).toBe(
      "message A {\n  /**\n   * Doc.\n   */\n  x: bool = 1;\n}\n",
    );
  });

  const schemas = [...schemasBelow("examples"), ...schemasBelow("test")].filter((path) => !path.includes("mistakes"));
  test.each(schemas)("keeps meaning and comments of %s, and changes nothing the second time", async (path) => {
    const text = readFileSync(join(root, path), "utf8");
    const once = await formatted(text);
    expect(meaningOf(once)).toBe(meaningOf(text.replaceAll("\r\n", "\n")));
    expect(commentsOf(once)).toEqual(commentsOf(text));
    expect(await formatted(once)).toBe(once);
  });

  test("keeps comments wherever they stand", async () => {
    const boundaries = [...everything.matchAll(/\s+|(?<=[;{}(),:=<>])/gu)].map(({ index }) => index);
    const { comments } = parse(createSourceFile("main.rpc", everything)).ast;
    const outside = boundaries.filter(
      (at) => !comments.some(({ span }) => at > span.start && at <= span.end) && !isInString(everything, at),
    );
    const inserted = fc.array(
      fc.tuple(fc.constantFrom(...outside), fc.constantFrom("/* c# */", "// c#\n", "\n/* c#\n */\n")),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(inserted, fc.constantFrom(60, 100), async (places, width) => {
        let text = everything;
        const ordered = [...new Map(places)].sort(([left], [right]) => right - left);
        ordered.forEach(([at, comment], index) => {
          text = `${text.slice(0, at)} ${comment.replace("#", String(index))} ${text.slice(at)}`;
        });
        const once = await formatted(text, width);
        expect(meaningOf(once)).toBe(meaningOf(text));
        expect(commentsOf(once)).toEqual(commentsOf(text));
      }),
      {
        numRuns: 150,
        // Two comments to the end of the line around one value.
        examples: [
          [
            [
              [406, "// c#\n"],
              [399, "// c#\n"],
            ],
            60,
          ],
          // A block of several lines behind one to the end of the line.
          [
            [
              [1163, "\n/* c#\n */\n"],
              [1161, "// c#\n"],
            ],
            60,
          ],
        ],
      },
    );
  });
});

function isInString(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
  return (line.match(/(?<!\\)"/gu) ?? []).length % 2 === 1;
}
