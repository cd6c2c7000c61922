import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { catalog } from "../../../compiler/diagnostics/catalog.ts";
import { renderDiagnosticsPage } from "../../../compiler/diagnostics/page.ts";

const page = join(import.meta.dirname, "../../../compiler/DIAGNOSTICS.md");

describe("DIAGNOSTICS.md", () => {
  test("is what the catalogue says now (update it with vitest -u)", async () => {
    await expect(renderDiagnosticsPage(catalog)).toMatchFileSnapshot(page);
  });

  test("orders entries by code below the heading of their hundred", () => {
    const entry = { severity: "error", title: "T", explanation: "Why `a<b>` and a<b>.", clause: "1.2" };
    const text = renderDiagnosticsPage({ b: { ...entry, code: "RPC0102" }, a: { ...entry, code: "RPC0101" } });
    expect(text).toContain("## Syntax\n\n### RPC0101: T\n\nerror, clause 1.2\n\nWhy `a<b>` and a\\<b>.\n\n### RPC0102");
  });

  test("leaves out a chapter without entries", () => {
    expect(renderDiagnosticsPage({})).not.toContain("##");
  });
});

describe("the catalogue", () => {
  const entries = Object.values(catalog);

  test("uses every code once", () => {
    const codes = entries.map((entry) => entry.code);
    expect(codes).toEqual([...new Set(codes)]);
  });

  test("has a title, an explanation and a clause for each entry", () => {
    for (const { code, title, explanation } of entries) {
      expect(code).toMatch(/^RPC0\d{3}$/);
      expect(title, code).not.toBe("");
      expect(explanation.length, code).toBeGreaterThan(20);
    }
  });
});
