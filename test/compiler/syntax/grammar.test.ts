import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderText } from "../../../compiler/cli/report/text.ts";
import { createSourceFile } from "../../../compiler/source/source-file.ts";
import { Grammar } from "../../../compiler/syntax/grammar.ts";
import { parse } from "../../../compiler/syntax/parse.ts";

const language = readFileSync(join(import.meta.dirname, "../../../compiler/LANGUAGE.md"), "utf8");
const part1 = language.split(/^# Part 2/m)[0] ?? "";

/** What the parser tells of a rule. */
interface SerializedRule {
  readonly name: string;
  readonly definition: unknown;
}

/** Contents of the fences of one kind. */
function fences(kind: string): string[] {
  return [...part1.matchAll(new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\``, "gm"))].map((match) => match[1] ?? "");
}

function productions(): Map<string, string> {
  const text = fences("ebnf").join("\n");
  return new Map([...text.matchAll(/^(\w+)\s+= ([^]*?) ;$/gm)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

/** Node 20 has no Object.groupBy, which the checks of the parser use. */
const builtIn = Object as { groupBy?: unknown };
const original = builtIn.groupBy;

function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Record<string, T[]> {
  const groups: Record<string, T[]> = {};
  for (const item of items) (groups[keyOf(item)] ??= []).push(item);
  return groups;
}

beforeAll(() => void (builtIn.groupBy ??= groupBy));
afterAll(() => {
  if (original === undefined) delete builtIn.groupBy;
});

describe("the grammar", () => {
  test("passes the parser's own checks, ambiguity among them", () => {
    expect(() => new Grammar({ skipValidations: false })).not.toThrow();
  });

  test("has the productions of the specification, by the same names", () => {
    const rules = Object.keys(new Grammar({ skipValidations: true }).getGAstProductions());
    expect([...productions().keys()].sort()).toEqual(rules.sort());
  });

  test("names the same productions and words in the specification as in the parser", () => {
    const rules = new Grammar({ skipValidations: true }).getSerializedGastProductions() as unknown as SerializedRule[];
    for (const rule of rules) {
      const text = productions().get(rule.name) ?? "";
      const written = new Set(
        [...text.matchAll(/"([^"]+)"|\b([a-z]\w+)\b/g)].map((match) => match[1] ?? match[2] ?? ""),
      );
      const inParser = JSON.stringify(rule.definition);
      const literals = [...inParser.matchAll(/"name":"`([^`]+)`"/g)].map((match) => match[1] ?? "");
      const calls = [...inParser.matchAll(/"type":"NonTerminal","name":"(\w+)"/g)].map((match) => match[1] ?? "");
      expect([...written].sort(), rule.name).toEqual([...new Set([...literals, ...calls])].sort());
    }
  });
});

describe("the examples of the specification", () => {
  const examples = fences("rpc");
  test("are there for each chapter of constructs", () => expect(examples.length).toBeGreaterThan(10));

  for (const [index, example] of examples.entries())
    test(`example ${index + 1} parses`, () => {
      const { diagnostics } = parse(createSourceFile(`example-${index + 1}.rpc`, example));
      expect(renderText(diagnostics)).toBe("");
    });

  test("come in clauses that are numbered without gaps", () => {
    let before = [1, 0, 0];
    for (const [, text = ""] of part1.matchAll(/^- \*\*([\d.]+)\*\*/gm)) {
      const [part = 0, chapter = 0, clause = 0] = text.split(".").map(Number);
      const [, lastChapter = 0, lastClause = 0] = before;
      expect([part, clause], text).toEqual([1, chapter === lastChapter ? lastClause + 1 : 1]);
      before = [part, chapter, clause];
    }
  });
});
