import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { renderText } from "../../../compiler/cli/report/text.ts";
import { syntaxCatalog } from "../../../compiler/diagnostics/catalog-syntax.ts";
import { createSourceFile } from "../../../compiler/source/source-file.ts";
import { parse } from "../../../compiler/syntax/parse.ts";

const folder = join(import.meta.dirname, "mistakes");
const cases = readdirSync(folder).filter((name) => name.endsWith(".rpc"));

function diagnosticsOf(name: string) {
  return parse(createSourceFile(name, readFileSync(join(folder, name), "utf8"))).diagnostics;
}

describe("each broken file is reported with exactly this text", () => {
  for (const name of cases)
    test(name, async () => {
      const report = renderText(diagnosticsOf(name), { maxPerFile: 100 });
      await expect(report).toMatchFileSnapshot(join(folder, name.replace(/\.rpc$/, ".txt")));
    });
});

describe("the catalogue of syntax", () => {
  const found = cases.flatMap(diagnosticsOf);
  const untested = new Set(["RPC0138"]);

  test("has each of its entries in at least one golden file", () => {
    const codes = new Set(found.map((diagnostic) => diagnostic.code));
    const missing = Object.values(syntaxCatalog).filter(({ code }) => !codes.has(code) && !untested.has(code));
    expect(missing.map(({ code }) => code)).toEqual([]);
  });

  test("cites clauses that LANGUAGE.md has", () => {
    const language = readFileSync(join(import.meta.dirname, "../../../compiler/LANGUAGE.md"), "utf8");
    for (const { code, clause } of Object.values(syntaxCatalog)) expect(language, code).toContain(`**${clause}**`);
  });

  test("reports a file of more than 4 MiB and not one of exactly 4 MiB", () => {
    const report = (bytes: number) =>
      renderText(parse(createSourceFile("large.rpc", `//${"x".repeat(bytes - 2)}`)).diagnostics).split("\n")[0];
    expect(report(4_194_304)).toBe("");
    expect(report(4_194_305)).toBe("error[RPC0138]: this file has 4194305 bytes; the limit is 4194304 (4 MiB)");
  });
});

describe("fixes", () => {
  /** Applies all fixes of a file, last place first; a fix that overlaps another waits for the next round. */
  function fixed(text: string): string {
    let result = text;
    for (let round = 0; round < 12; round++) {
      const edits = parse(createSourceFile("a.rpc", result)).diagnostics.flatMap(({ fix }) => fix?.edits ?? []);
      if (edits.length === 0) return result;
      let limit = Infinity;
      for (const { span, text: replacement } of edits.sort((a, b) => b.span.start - a.span.start)) {
        if (span.end > limit) continue;
        result = result.slice(0, span.start) + replacement + result.slice(span.end);
        limit = span.start;
      }
    }
    return result;
  }

  const mendable = [
    "missing-semicolon",
    "comma-for-semicolon",
    "missing-brace",
    "needless-semicolon",
    "missing-number",
    "proto-fields",
    "proto-methods",
  ];
  for (const name of mendable)
    test(`make ${name} a schema without findings`, () => {
      const text = fixed(readFileSync(join(folder, `${name}.rpc`), "utf8"));
      expect(renderText(parse(createSourceFile("fixed.rpc", text)).diagnostics)).toBe("");
    });
});
