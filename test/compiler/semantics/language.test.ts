import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderText } from "../../../compiler/cli/report/text.ts";
import { semanticsCatalog } from "../../../compiler/diagnostics/catalog-semantics.ts";
import { EVERYWHERE } from "../../../compiler/semantics/annotations/annotation-spec.ts";
import { standardAnnotations } from "../../../compiler/semantics/annotations/standard-annotations.ts";
import { allRules } from "../../../compiler/semantics/rules/all-rules.ts";
import { checkCase } from "./check-text.ts";

const compiler = join(import.meta.dirname, "../../../compiler");

const document = readFileSync(join(compiler, "LANGUAGE.md"), "utf8");
const part2 = document.slice(document.indexOf("# Part 2: Meaning"));
const fences = [...document.matchAll(/^```rpc( files| error)?\n([\s\S]*?)^```$/gm)].map(([, mark = "", text = ""]) => ({
  mark: mark.trim(),
  text,
  name: text.split("\n").find((line) => line.includes("{")) ?? text,
}));

describe("examples that are right compile without a finding", () => {
  test.each(fences.filter(({ mark }) => mark !== "error"))("$name", ({ text }) => {
    expect(renderText(checkCase(text).diagnostics)).toBe("");
  });
});

describe("examples of mistakes are refused", () => {
  test.each(fences.filter(({ mark }) => mark === "error"))("$name", ({ text }) => {
    expect(checkCase(text).diagnostics.filter(({ severity }) => severity === "error")).not.toEqual([]);
  });
});

test("every section has an example", () => {
  const sections = part2.split(/^## /m).slice(1);
  expect(sections.filter((section) => !section.includes("```rpc")).map((section) => section.split("\n")[0])).toEqual(
    [],
  );
});

test("every clause that the catalogue or a rule cites exists", () => {
  const cited = [...Object.values(semanticsCatalog), ...allRules].flatMap(({ clause }) => clause.split(", "));
  expect([...new Set(cited)].filter((clause) => !part2.includes(`- **${clause}** `))).toEqual([]);
});

test("clauses count upwards without gaps", () => {
  const clauses = [...document.matchAll(/^- \*\*(2\.\d+)\.(\d+)\*\* /gm)].map(([, section = "", number]) => ({
    section,
    number: Number(number),
  }));
  let previous = { section: "", number: 0 };
  for (const clause of clauses) {
    expect(clause).toEqual({
      section: clause.section,
      number: clause.section === previous.section ? previous.number + 1 : 1,
    });
    previous = clause;
  }
});

test("every standard annotation stands in a table", () => {
  const rows = part2.split("\n").filter((line) => line.startsWith("| `@"));
  const missing = [...standardAnnotations.keys()].filter(
    (name) => !rows.some((row) => new RegExp(`\`@${name.replace(".", "\\.")}[\`(]`).test(row)),
  );
  expect(missing).toEqual([]);
});

test("the targets of annotations are listed", () => {
  expect(part2).toContain(EVERYWHERE.join(" "));
});

test("every rule has a file of its name", () => {
  const files = readdirSync(join(compiler, "semantics/rules"));
  expect(allRules.filter(({ id }) => !files.includes(`${id}.ts`)).map(({ id }) => id)).toEqual([]);
});
