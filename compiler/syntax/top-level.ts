import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { DeclarationNode, ExportNode, FileNode, ImportNode, PackageNode } from "./ast.ts";
import type { TopLevelNode } from "./grammar.ts";

/** Statements by what they are, and what is wrong with their order. */
export interface TopLevel {
  readonly parts: Pick<FileNode, "package" | "imports" | "exports" | "declarations">;
  readonly diagnostics: readonly Diagnostic[];
}

/** Sorts the statements of a file. */
export function sortTopLevel(statements: readonly TopLevelNode[]): TopLevel {
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
