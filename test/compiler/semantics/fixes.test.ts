import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Diagnostic, Fix } from "../../../compiler/diagnostics/diagnostic.ts";
import { check } from "../../../compiler/index.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";
import { filesOf } from "./check-text.ts";

const folder = join(import.meta.dirname, "mistakes");
const cases = readdirSync(folder).filter((name) => name.endsWith(".rpc"));

describe("every offered fix mends what it was offered for", () => {
  test.each(cases)("%s", (name) => {
    const files = filesOf(readFileSync(join(folder, name), "utf8"));
    const before = diagnosticsOf(files);
    for (const diagnostic of before) {
      if (diagnostic.fix === undefined) continue;
      const after = diagnosticsOf(applied(files, diagnostic.fix));
      const count = (all: readonly Diagnostic[]): number => all.filter(({ code }) => code === diagnostic.code).length;
      expect(count(after), `${diagnostic.code} ${diagnostic.message}`).toBeLessThan(count(before));
    }
  });
});

function diagnosticsOf(files: Record<string, string>): readonly Diagnostic[] {
  return check(["main.rpc"], createMemoryHost(files), { workingDirectory: "/project" }).diagnostics;
}

function applied(files: Record<string, string>, fix: Fix): Record<string, string> {
  const changed = { ...files };
  for (const { span, text } of [...fix.edits].sort((left, right) => right.span.start - left.span.start)) {
    const path = `/project/${span.file.path}`;
    changed[path] = (changed[path] ?? "").slice(0, span.start) + text + (changed[path] ?? "").slice(span.end);
  }
  return changed;
}
