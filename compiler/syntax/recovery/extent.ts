import type { SourceFile } from "../../source/source-file.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { is, isName, onNewLine } from "./stuck.ts";

const goesOn = new Set<unknown>([
  tokens.Colon,
  tokens.Equals,
  tokens.Bar,
  tokens.Comma,
  tokens.Dot,
  tokens.DotDot,
  tokens.OpenParen,
  tokens.OpenSquare,
  tokens.OpenAngle,
  tokens.At,
]);
const continuationWords = new Set(["throws", "from", "on", "as", "returns"]);

/** Change of the depth that a token makes: brackets, parentheses and braces alike. */
export function depthChange(token: Token): number {
  const type = token.tokenType;
  if (type === tokens.OpenBrace || type === tokens.OpenParen || type === tokens.OpenSquare) return 1;
  if (type === tokens.CloseBrace || type === tokens.CloseParen || type === tokens.CloseSquare) return -1;
  return 0;
}

/** True when a token looks like the first of a statement: a word (or annotation of one) on a new line. */
export function startsStatement(file: SourceFile, list: readonly Token[], index: number): boolean {
  const token = list[index];
  const before = list[index - 1];
  if (token === undefined || before === undefined || !onNewLine(file, before, token)) return false;
  if (goesOn.has(before.tokenType)) return false;
  if (token.tokenType === tokens.At) return !annotationTrails(list, index);
  return isName(token) && (!continuationWords.has(token.image) || is(list[index + 1], tokens.Colon));
}

/** An annotation at the start of a line that a `;` ends belongs to the field before it. */
function annotationTrails(list: readonly Token[], index: number): boolean {
  const after = list[skipAnnotations(list, index)];
  return after === undefined || !isName(after);
}

/** First index behind the annotations that start at an index. */
export function skipAnnotations(list: readonly Token[], from: number): number {
  let index = from;
  while (is(list[index], tokens.At) && isName(list[index + 1])) index = skipAnnotation(list, index);
  return index;
}

/** First index behind the annotation that starts at an index. */
export function skipAnnotation(list: readonly Token[], from: number): number {
  let index = from + 2;
  while (is(list[index], tokens.Dot) && isName(list[index + 1])) index += 2;
  return is(list[index], tokens.OpenParen) ? skipGroup(list, index) : index;
}

/** First index behind the bracket that closes the one at an index; stops at the end of a statement. */
export function skipGroup(list: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < list.length; index++) {
    const token = list[index];
    if (token === undefined || (token.tokenType === tokens.Semicolon && depth <= 1)) return index;
    depth += depthChange(token);
    if (depth === 0) return index + 1;
  }
  return list.length;
}

/** Behind the last token of the statement that starts at an index, without its `;`. A closing block belongs to it. */
export function statementEnd(file: SourceFile, list: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < list.length; index++) {
    const token = list[index];
    if (token === undefined) return index;
    const change = depthChange(token);
    if (depth === 0 && (token.tokenType === tokens.Semicolon || change < 0)) return index;
    if (depth === 0 && index > from && startsStatement(file, list, index)) return index;
    depth += change;
    if (depth === 0 && token.tokenType === tokens.CloseBrace && !continues(file, list, index + 1)) return index + 1;
  }
  return list.length;
}

/** After a block: `;`, `throws` or more on the same line go on with the statement. */
function continues(file: SourceFile, list: readonly Token[], index: number): boolean {
  const token = list[index];
  if (token === undefined) return false;
  if (token.tokenType === tokens.Semicolon || token.tokenType === tokens.At)
    return !onNewLine(file, list[index - 1], token);
  return token.image === "throws" || token.image === "from";
}

/** First index behind a type that starts at an index, in .rpc or .proto spelling; the index itself when there is none. */
export function skipType(list: readonly Token[], from: number): number {
  let index = is(list[from], tokens.Dot) ? from + 1 : from;
  if (!isName(list[index])) return from;
  index++;
  while (is(list[index], tokens.Dot) && isName(list[index + 1])) index += 2;
  if (is(list[index], tokens.OpenAngle)) {
    while (index < list.length && !is(list[index], tokens.CloseAngle) && !is(list[index], tokens.Semicolon)) index++;
    while (is(list[index], tokens.CloseAngle)) index++;
  }
  while (is(list[index], tokens.OpenSquare) && is(list[index + 1], tokens.CloseSquare)) index += 2;
  return index;
}
