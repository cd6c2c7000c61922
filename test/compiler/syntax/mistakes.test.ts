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
