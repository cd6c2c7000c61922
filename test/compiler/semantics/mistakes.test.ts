import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { semanticsCatalog } from "../../../compiler/diagnostics/catalog-semantics.ts";
import { reportOf } from "./check-text.ts";

const folder = join(import.meta.dirname, "mistakes");
const names = readdirSync(folder);
const cases = names.filter((name) => name.endsWith(".rpc"));

describe("each mistake is reported in exactly these words", () => {
  test.each(cases)("%s", async (name) => {
    const report = reportOf(readFileSync(join(folder, name), "utf8"));
    await expect(report).toMatchFileSnapshot(join(folder, name.replace(/\.rpc$/, ".txt")));
    expect(report).toContain(`[${name.slice(0, 7)}]`);
  });
});

test("every entry of the catalogue is shown by a golden", () => {
  const shown = names.filter((name) => name.endsWith(".txt")).map((name) => readFileSync(join(folder, name), "utf8"));
  const missing = Object.values(semanticsCatalog)
    .map(({ code }) => code)
    .filter((code) => !shown.some((text) => text.includes(`[${code}]`)));
  expect(missing).toEqual([]);
});

test("codes of the catalogue are unique", () => {
  const codes = Object.values(semanticsCatalog).map(({ code }) => code);
  expect(codes).toEqual([...new Set(codes)]);
});
