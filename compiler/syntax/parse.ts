import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { FileNode } from "./ast.ts";
import { Grammar, type TopLevelNode } from "./grammar.ts";
import { scan } from "./scan.ts";

/** Result of {@link parse}: always a tree, with what was wrong beside it. */
export interface ParseResult {
  readonly ast: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

let grammar: Grammar | undefined;

/** Parses one schema text. Never throws for bad input. */
export function parse(file: SourceFile): ParseResult {
  const scanned = scan(file);
  grammar ??= new Grammar({ skipValidations: true });
  grammar.source = file;
  grammar.comments = scanned.comments;
  grammar.floor = 0;
  grammar.input = scanned.tokens;
  const result = grammar.file();
  const diagnostics = [...scanned.diagnostics];
  for (const error of grammar.errors)
    diagnostics.push(
      diagnosticFrom(
        syntaxCatalog.unexpected,
        { found: error.token.image, expected: error.message, help: [] },
        { span: { file, start: error.token.startOffset || 0, end: (error.token.endOffset || 0) + 1 } },
      ),
    );
  const statements: TopLevelNode[] = result?.statements ?? [];
  const declarations: FileNode["declarations"][number][] = [];
  const imports: FileNode["imports"][number][] = [];
  const exports: FileNode["exports"][number][] = [];
  let packageNode: FileNode["package"];
  for (const statement of statements) {
    if (statement.kind === "package") packageNode = statement;
    else if (statement.kind === "import") imports.push(statement);
    else if (statement.kind === "export") exports.push(statement);
    else declarations.push(statement);
  }
  const ast: FileNode = {
    kind: "file",
    span: { file, start: 0, end: file.text.length },
    ...(result?.edition === undefined ? {} : { edition: result.edition }),
    ...(packageNode === undefined ? {} : { package: packageNode }),
    imports,
    exports,
    declarations,
    comments: scanned.comments,
  };
  return { ast, diagnostics };
}
