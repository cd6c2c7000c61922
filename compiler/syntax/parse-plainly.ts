import { sortDiagnostics } from "../diagnostics/collector.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { ParseResult } from "./parse.ts";
import { readPlainly } from "./plain/plain.ts";
import { sortTopLevel } from "./top-level.ts";

/**
 * Parses a text that can be read without the grammar, `undefined` for any other: a compilation that needs no more than this does not
 * load the grammar, which takes as long as reading dozens of files. Comments are left out but for those that document something.
 */
export function parsePlainly(file: SourceFile): ParseResult | undefined {
  const plain = readPlainly(file);
  if (plain === undefined) return undefined;
  const { parts, diagnostics } = sortTopLevel(plain.statements);
  const edition = plain.edition === undefined ? {} : { edition: plain.edition };
  const span = { file, start: 0, end: file.text.length };
  return { ast: { kind: "file", span, ...edition, ...parts, comments: [] }, diagnostics: sortDiagnostics(diagnostics) };
}
