import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { Comment } from "./ast.ts";
import { isDocComment } from "./doc-comments.ts";
import { checkLexical, type LexicalResult } from "./lexical.ts";
import { MAX_FILE_BYTES } from "./limits.ts";
import { createLexer, type Token, tokenEnd } from "./tokens.ts";

/** Tokens and comments of a file. */
export interface ScanResult {
  readonly tokens: Token[];
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The lexer is built once, for the first text that is not read plainly: it costs some milliseconds. */
const lexer = once(createLexer);

/** Keeps the result of the first call. */
export function once<T>(create: () => T): () => T {
  let value: { readonly made: T } | undefined;
  return () => (value ??= { made: create() }).made;
}

/** Splits a schema text into tokens. What is wrong with single tokens is reported and mended here. */
export function scan(file: SourceFile): ScanResult {
  const bytes = utf8Length(file.text);
  if (bytes > MAX_FILE_BYTES) return tooLarge(file, bytes);
  const lexed = lexer()(file.text);
  const comments = lexed.comments.map((token) => commentFrom(file, token));
  const checked: LexicalResult = checkLexical(file, lexed.tokens);
  if (checked.comments.length === 0) return { ...checked, comments };
  const all = [...comments, ...checked.comments].sort((a, b) => a.span.start - b.span.start);
  return { ...checked, comments: all };
}

const slash = 47;

function commentFrom(file: SourceFile, token: Token): Comment {
  const kind = isDocComment(token.image) ? "doc" : token.image.charCodeAt(1) === slash ? "line" : "block";
  return { kind, span: { file, start: token.startOffset, end: tokenEnd(token) } };
}

function tooLarge(file: SourceFile, bytes: number): ScanResult {
  const place = { span: { file, start: 0, end: 0 } };
  return { tokens: [], comments: [], diagnostics: [diagnosticFrom(syntaxCatalog.tooLarge, { bytes }, place)] };
}

/** Counts only when the answer can matter. */
function utf8Length(text: string): number {
  if (text.length * 3 <= MAX_FILE_BYTES || text.length > MAX_FILE_BYTES) return text.length;
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
  }
  return bytes;
}
