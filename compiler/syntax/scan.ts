import type { Lexer } from "chevrotain";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { Comment } from "./ast.ts";
import { isDocComment } from "./doc-comments.ts";
import { COMMENT_GROUP, createLexer, type Token, tokenEnd } from "./tokens.ts";

/** Tokens and comments of a file. */
export interface ScanResult {
  readonly tokens: Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

let lexer: Lexer | undefined;

/** Splits a schema text into tokens. */
export function scan(file: SourceFile): ScanResult {
  lexer ??= createLexer();
  const { tokens, groups } = lexer.tokenize(file.text);
  const comments = (groups[COMMENT_GROUP] ?? []).map((token): Comment => commentFrom(file, token));
  return { tokens, comments, diagnostics: [] };
}

function commentFrom(file: SourceFile, token: Token): Comment {
  const kind = isDocComment(token.image) ? "doc" : token.image.startsWith("//") ? "line" : "block";
  return { kind, span: { file, start: token.startOffset, end: tokenEnd(token) } };
}
