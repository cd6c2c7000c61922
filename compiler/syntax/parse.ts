import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { sortDiagnostics } from "../diagnostics/collector.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { positionAt, type SourceFile } from "../source/source-file.ts";
import type { FileNode } from "./ast.ts";
import { type EditionNode, Grammar, type TopLevelNode } from "./grammar.ts";
import { parsePlainly } from "./parse-plainly.ts";
import { recover } from "./recovery/recover.ts";
import { once, scan, type ScanResult } from "./scan.ts";
import { sortTopLevel } from "./top-level.ts";

/** Result of {@link parse}: always a tree, with what was wrong beside it. */
export interface ParseResult {
  readonly ast: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** Building the parser takes tens of milliseconds, so it is done once, when it is needed. */
const parser = once(() => new Grammar({ skipValidations: true }));

/** Parses one schema text. Never throws for bad input. */
export function parse(file: SourceFile): ParseResult {
  const plain = parsePlainly(file);
  if (plain === undefined) return parseByGrammar(file);
  const comments = once(() => scan(file).comments);
  const ast: FileNode = {
    ...plain.ast,
    // Formatting alone wants them all: what documents a declaration stands in its node.
    get comments() {
      return comments();
    },
  };
  return { ...plain, ast };
}

/** Parses a text by the grammar, which has a meaning or a finding for all that may stand in one. */
export function parseByGrammar(file: SourceFile): ParseResult {
  const scanned = scan(file);
  const grammar = parser();
  grammar.source = file;
  grammar.comments = scanned.comments;
  grammar.floor = 0;
  const read = readFile(grammar, file, scanned);
  const sorted = sortTopLevel(read.statements);
  const { edition } = read;
  const ast: FileNode = {
    kind: "file",
    span: { file, start: 0, end: file.text.length },
    ...(edition === undefined ? {} : { edition }),
    ...sorted.parts,
    comments: scanned.comments,
  };
  return {
    ast,
    diagnostics: sortDiagnostics([
      ...scanned.diagnostics,
      ...withoutEchoes(read.diagnostics, scanned.diagnostics),
      ...sorted.diagnostics,
    ]),
  };
}

const vague = new Set(
  [syntaxCatalog.unexpected, syntaxCatalog.missingToken, syntaxCatalog.wrongToken, syntaxCatalog.missingSemicolon].map(
    ({ code }) => code,
  ),
);

/** A character or string that is wrong explains what the parser did not understand on its line. */
function withoutEchoes(found: readonly Diagnostic[], lexical: readonly Diagnostic[]): readonly Diagnostic[] {
  if (lexical.length === 0) return found;
  const lineOf = ({ span }: Diagnostic): number => positionAt(span.file, span.start).line;
  const lines = new Set(lexical.map(lineOf));
  return found.filter((diagnostic) => !vague.has(diagnostic.code) || !lines.has(lineOf(diagnostic)));
}

interface Read {
  readonly edition?: EditionNode;
  readonly statements: readonly TopLevelNode[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The whole file at once; declaration by declaration only when that fails. */
function readFile(grammar: Grammar, file: SourceFile, { tokens }: ScanResult): Read {
  grammar.begin(tokens);
  const result = grammar.file();
  if (grammar.errors.length === 0) return { ...result, diagnostics: grammar.findings };
  return recover(grammar, file, tokens);
}
