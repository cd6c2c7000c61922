import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { FileNode } from "./ast.ts";

/** Result of {@link parse}: always a tree, with what was wrong beside it. */
export interface ParseResult {
  readonly ast: FileNode;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses one schema text. Never throws for bad input. */
export declare function parse(file: SourceFile): ParseResult;
