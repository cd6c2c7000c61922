import { describe, expect, test } from "vitest";
import { createCollector, limitPerFile, sortDiagnostics } from "../../../compiler/diagnostics/collector.ts";
import type { Diagnostic, Severity } from "../../../compiler/diagnostics/diagnostic.ts";
import { createSourceFile } from "../../../compiler/source/source-file.ts";

const first = createSourceFile("a.rpc", "0123456789".repeat(10));
const second = createSourceFile("b.rpc", "0123456789");

function found(start: number, code = "RPC0101", severity: Severity = "error", file = first): Diagnostic {
  return { code, severity, message: `at ${start}`, span: { file, start, end: start + 1 }, related: [], help: [] };
}

describe("sortDiagnostics", () => {
  test("orders by file as seen, then by place, severity and code", () => {
    const list = [
      found(5),
      found(3, "RPC0300", "warning"),
      found(1, "RPC0101", "error", second),
      found(3, "RPC0102"),
      found(3),
    ];
    expect(sortDiagnostics(list).map((one) => `${one.span.file.path}:${one.span.start} ${one.code}`)).toEqual([
      "a.rpc:3 RPC0101",
      "a.rpc:3 RPC0102",
      "a.rpc:3 RPC0300",
      "a.rpc:5 RPC0101",
      "b.rpc:1 RPC0101",
    ]);
  });

  test("drops repetitions and keeps different messages at one place", () => {
    expect(sortDiagnostics([found(1), found(1), { ...found(1), message: "other" }])).toHaveLength(2);
  });
});

describe("limitPerFile", () => {
  test("keeps twenty per file and counts the rest", () => {
    const many = Array.from({ length: 25 }, (_, index) => found(index));
    const { shown, left } = limitPerFile([...many, found(0, "RPC0101", "error", second)]);
    expect(shown).toHaveLength(21);
    expect([...left]).toEqual([["a.rpc", 5]]);
  });

  test("lets errors go before warnings", () => {
    const { shown } = limitPerFile([found(0, "RPC0300", "warning"), found(1)], 1);
    expect(shown.map((one) => one.severity)).toEqual(["error"]);
  });
});

describe("a collector", () => {
  test("knows whether there are errors", () => {
    const collector = createCollector();
    collector.add(found(3, "RPC0300", "warning"));
    expect(collector.hasErrors).toBe(false);
    collector.add(found(2), found(2));
    expect(collector.hasErrors).toBe(true);
    expect(collector.all().map((one) => one.span.start)).toEqual([2, 3]);
  });
});
