import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../../diagnostics/diagnostic.ts";
import { positionAt, type SourceFile } from "../../source/source-file.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { onNewLine } from "./stuck.ts";

/** Tokens in which every `{` has its `}`, and what had to be changed for it. */
export interface Balanced {
  readonly tokens: Token[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Opener {
  readonly index: number;
  /** Column of the first token of its line. */
  readonly indent: number;
}

interface Matcher {
  readonly file: SourceFile;
  readonly source: readonly Token[];
  readonly result: Token[];
  readonly diagnostics: Diagnostic[];
  readonly open: Opener[];
  readonly lists: ReadonlySet<Token>;
  /** How many `}` there are too few; negative when there are too many. */
  missing: number;
  lineIndent: number;
}

const blockWords = /^(?:message|enum|union|error|service)$/;

/** Adds a `{` behind the name of a block whose line ends without one; only when there are too many `}`. */
function addOpeners(file: SourceFile, source: readonly Token[]): Balanced {
  const result: Token[] = [];
  const diagnostics: Diagnostic[] = [];
  source.forEach((token, index) => {
    result.push(token);
    const next = source[index + 1];
    const keyword = source[index - 1];
    const named = keyword !== undefined && blockWords.test(keyword.image) && tokens.isToken(token, tokens.Name);
    if (!named || next === undefined || !onNewLine(file, token, next)) return;
    const goesOn = next.tokenType === tokens.OpenBrace || next.tokenType === tokens.Colon || next.image === "throws";
    if (goesOn || !(source[index - 2] === undefined || onNewLine(file, source[index - 2], keyword))) return;
    const end = tokens.tokenEnd(token);
    const span = { file, start: end, end };
    const fix = { title: "Add `{`", edits: [{ span, text: " {" }] };
    const parameters = { missing: "`{`", before: `\`${next.image}\`` };
    result.push(tokens.makeToken(tokens.OpenBrace, "", end));
    diagnostics.push(diagnosticFrom(syntaxCatalog.missingToken, parameters, { span, fix }));
  });
  return { tokens: result, diagnostics };
}

/** Adds missing `}` where the indentation says that a block has ended, and takes away those that close nothing. */
export function balanceBraces(file: SourceFile, given: readonly Token[]): Balanced {
  const opened = countMissing(withoutLists(given)) < 0 ? addOpeners(file, given) : { tokens: given, diagnostics: [] };
  const source = opened.tokens;
  const blocks = withoutLists(source);
  const missing = countMissing(blocks);
  const diagnostics = [...opened.diagnostics];
  if (missing === 0 && neverNegative(blocks)) return { tokens: [...source], diagnostics };
  const lists = listBraces(source);
  const matcher: Matcher = { lists, file, source, result: [], diagnostics, open: [], missing, lineIndent: 0 };
  for (let index = 0; index < source.length; index++) place(matcher, index);
  while (matcher.open.length > 0) close(matcher, source.length);
  return { tokens: matcher.result, diagnostics };
}

function withoutLists(source: readonly Token[]): Token[] {
  const lists = listBraces(source);
  return source.filter((token) => !lists.has(token));
}

function countMissing(source: readonly Token[]): number {
  let depth = 0;
  for (const token of source) depth += braceChange(token);
  return depth;
}

function neverNegative(source: readonly Token[]): boolean {
  let depth = 0;
  return source.every((token) => (depth += braceChange(token)) >= 0);
}

function braceChange(token: Token): number {
  return token.tokenType === tokens.OpenBrace ? 1 : token.tokenType === tokens.CloseBrace ? -1 : 0;
}

/** The braces of an import or export list are no block; the list ends with its file name or `;`. */
export function listBraces(source: readonly Token[]): ReadonlySet<Token> {
  const found = new Set<Token>();
  source.forEach((token, index) => {
    const before = source[index - 1]?.tokenType;
    if (token.tokenType !== tokens.OpenBrace) return;
    if (before !== tokens.Keyword.import && before !== tokens.Keyword.export) return;
    found.add(token);
    const closer = listEnd(source, index);
    if (closer !== undefined) found.add(closer);
  });
  return found;
}

function listEnd(source: readonly Token[], open: number): Token | undefined {
  const ends: unknown[] = [tokens.Semicolon, tokens.Text, tokens.OpenBrace, tokens.Colon, tokens.Equals];
  for (let at = open + 1; at < source.length && !ends.includes(source[at]?.tokenType); at++)
    if (source[at]?.tokenType === tokens.CloseBrace) return source[at];
  return undefined;
}

function place(matcher: Matcher, index: number): void {
  const { source, open, result } = matcher;
  const token = source[index];
  if (token === undefined) return;
  const first = onNewLine(matcher.file, source[index - 1], token);
  if (first) {
    matcher.lineIndent = positionAt(matcher.file, token.startOffset).column;
    closeByIndent(matcher, index, token);
  }
  if (matcher.lists.has(token)) {
    result.push(token);
    return;
  }
  if (token.tokenType === tokens.OpenBrace) open.push({ index, indent: matcher.lineIndent });
  if (token.tokenType === tokens.CloseBrace && !takeCloser(matcher, token, first)) return;
  result.push(token);
}

/** Closes the blocks whose lines ended before this one, as many as lack a `}`. */
function closeByIndent(matcher: Matcher, index: number, token: Token): void {
  const closes = token.tokenType === tokens.CloseBrace;
  while (matcher.missing > 0) {
    const top = matcher.open.at(-1);
    if (top === undefined) return;
    const ended = closes
      ? top.indent > matcher.lineIndent
      : top.indent >= matcher.lineIndent && opensDeclaration(matcher, index);
    if (!ended) return;
    close(matcher, index);
  }
}

const declarationWords =
  /^(?:message|enum|open|union|error|errors|service|type|const|annotation|import|export|package)$/;

/** Only a line that can start a declaration or a member ends a block: a file without indentation stays as it is. */
function opensDeclaration(matcher: Matcher, index: number): boolean {
  const token = matcher.source[index];
  if (token === undefined) return false;
  if (matcher.lineIndent > 1 || token.tokenType === tokens.At) return true;
  return declarationWords.test(token.image) && tokens.isToken(matcher.source[index + 1], tokens.Name);
}

function close(matcher: Matcher, index: number): void {
  const top = matcher.open.pop();
  const before = matcher.source[index - 1];
  if (top === undefined || before === undefined) return;
  const { file, source } = matcher;
  const opener = source[top.index];
  const end = tokens.tokenEnd(before);
  matcher.missing--;
  matcher.result.push(tokens.makeToken(tokens.CloseBrace, "", end));
  if (opener === undefined) return;
  const indent = " ".repeat(Math.max(0, top.indent - 1));
  const place = { file, start: end, end };
  const diagnostic = diagnosticFrom(
    syntaxCatalog.missingBrace,
    { owner: ownerOf(source, top.index) },
    {
      span: place,
      related: [{ span: { file, start: opener.startOffset, end: opener.startOffset + 1 }, message: "opened here" }],
      fix: { title: "Add `}`", edits: [{ span: place, text: `\n${indent}}` }] },
    },
  );
  matcher.diagnostics.push(diagnostic);
}

/** `message \`User\`` for the brace at an index. */
function ownerOf(source: readonly Token[], index: number): string {
  for (let at = index - 1; at >= Math.max(0, index - 12); at--) {
    const token = source[at];
    if (token === undefined || /^[;{}]$/.test(token.image)) break;
    if (!/^(?:message|enum|union|error|service)$/.test(token.image)) continue;
    const name = source[at + 1];
    if (name !== undefined && tokens.isToken(name, tokens.Name)) return `${token.image} \`${name.image}\``;
  }
  const before = source[index - 1];
  const field = source[index - 3];
  return before?.image === "oneof" && field !== undefined ? "this `oneof`" : "this `{`";
}

/** True when a `}` stays; one that closes nothing, or stands where no block ends, is reported. */
function takeCloser(matcher: Matcher, token: Token, first: boolean): boolean {
  const top = matcher.open.at(-1);
  const misplaced = matcher.missing < 0 && first && top !== undefined && matcher.lineIndent > top.indent;
  if (top !== undefined && !misplaced) {
    matcher.open.pop();
    return true;
  }
  matcher.missing++;
  const span = { file: matcher.file, start: token.startOffset, end: tokens.tokenEnd(token) };
  const fix = { title: "Remove `}`", edits: [{ span, text: "" }] };
  matcher.diagnostics.push(diagnosticFrom(syntaxCatalog.extraBrace, {}, { span, fix }));
  return false;
}
