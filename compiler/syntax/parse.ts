import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { sortDiagnostics } from "../diagnostics/collector.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { positionAt, type SourceFile } from "../source/source-file.ts";
import type { DeclarationNode, ExportNode, FileNode, ImportNode, PackageNode } from "./ast.ts";
import { type EditionNode, Grammar, type TopLevelNode } from "./grammar.ts";
import { readPlainly } from "./plain/plain.ts";
import { recover } from "./recovery/recover.ts";
import { once, scan, type ScanResult } from "./scan.ts";

/** Result of {@link parse}: always a tree, with what was wrong beside it. */
export interface ParseResult {
  readonly ast: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** Building the parser takes tens of milliseconds, so it is done once, when it is needed. */
const parser = once(() => new Grammar({ skipValidations: true }));

/** Parses one schema text. Never throws for bad input. */
export function parse(file: SourceFile): ParseResult {
  const plain = readPlainly(file);
  if (plain === undefined) return parseByGrammar(file);
  const { parts, diagnostics } = sortTopLevel(plain.statements);
  const comments = once(() => scan(file).comments);
  const ast: FileNode = {
    kind: "file",
    span: { file, start: 0, end: file.text.length },
    ...(plain.edition === undefined ? {} : { edition: plain.edition }),
    ...parts,
    // Formatting alone wants them all: what documents a declaration stands in its node.
    get comments() {
      return comments();
    },
  };
  return { ast, diagnostics: sortDiagnostics(diagnostics) };
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

interface TopLevel {
  readonly parts: Pick<FileNode, "package" | "imports" | "exports" | "declarations">;
  readonly diagnostics: readonly Diagnostic[];
}

function sortTopLevel(statements: readonly TopLevelNode[]): TopLevel {
  const imports: ImportNode[] = [];
  const exports: ExportNode[] = [];
  const declarations: DeclarationNode[] = [];
  const packages: PackageNode[] = [];
  for (const node of statements) {
    if (node.kind === "package") packages.push(node);
    else if (node.kind === "import") imports.push(node);
    else if (node.kind === "export") exports.push(node);
    else declarations.push(node);
  }
  const [first] = packages;
  const parts = { ...(first === undefined ? {} : { package: first }), imports, exports, declarations };
  return { parts, diagnostics: checkPackages(statements, packages) };
}

/** At most one package, before everything but the edition (clause 1.6.5). */
function checkPackages(statements: readonly TopLevelNode[], packages: readonly PackageNode[]): Diagnostic[] {
  const [first, ...others] = packages;
  if (first === undefined) return [];
  const related = [{ span: first.span, message: "the first one" }];
  const again = others.map(({ span }) => {
    const fix = { title: "Remove it", edits: [{ span, text: "" }] };
    return diagnosticFrom(syntaxCatalog.secondPackage, {}, { span, related, fix });
  });
  const [top] = statements;
  if (top === undefined || top === first) return again;
  const { file, start, end } = first.span;
  const above = { file, start: top.span.start, end: top.span.start };
  const edits = [
    { span: above, text: `${file.text.slice(start, end)}\n` },
    { span: first.span, text: "" },
  ];
  const fix = { title: "Move it up", edits };
  return [diagnosticFrom(syntaxCatalog.latePackage, {}, { span: first.span, fix }), ...again];
}
