import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../source/source-file.ts";
import type { Comment } from "./ast.ts";
import {
  type Check,
  checkLength,
  checkText,
  isGlued,
  repairArrow,
  repairGlued,
  repairNumber,
  repairStray,
  repairText,
  report,
  spanOf,
} from "./lexical-repairs.ts";
import { MAX_NAME_LENGTH, MAX_NESTING } from "./limits.ts";
import * as tokens from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** Tokens that the parser understands, and what was wrong with those that it would not have. */
export interface LexicalResult {
  readonly tokens: Token[];
  readonly diagnostics: readonly Diagnostic[];
  /** Comments that only recovery recognised. */
  readonly comments: readonly Comment[];
}

/** Checks every token on its own: names, numbers, strings, stray characters, nesting. Linear. */
export function checkLexical(file: SourceFile, source: Token[]): LexicalResult {
  const check: Check = { file, source, kept: [], diagnostics: [], comments: [] };
  const limit = firstTooDeep(source);
  if (limit < source.length) reportTooDeep(check, limit);
  const end = limit < source.length ? 0 : source.length;
  let clean = true;
  for (let index = 0; index < end; index++) {
    const token = source[index];
    if (token === undefined) break;
    if (isSuspicious(token, source[index + 1])) {
      if (clean) check.kept.push(...source.slice(0, index));
      clean = false;
      index = repairToken(check, index);
    } else if (!clean) check.kept.push(token);
  }
  return {
    tokens: clean ? source.slice(0, end) : check.kept,
    diagnostics: check.diagnostics,
    comments: check.comments,
  };
}

/** Index of the first bracket that opens level 65, or the number of tokens. */
function firstTooDeep(source: readonly Token[]): number {
  let blocks = 0;
  let brackets = 0;
  let listSuffixes = 0;
  for (let index = 0; index < source.length; index++) {
    const type = source[index]?.tokenType;
    if (type === tokens.OpenBrace) blocks++;
    else if (type === tokens.CloseBrace) blocks = Math.max(0, blocks - 1);
    else if (type === tokens.OpenParen || type === tokens.OpenSquare || type === tokens.OpenAngle) brackets++;
    else if (type === tokens.CloseParen || type === tokens.CloseSquare || type === tokens.CloseAngle)
      brackets = Math.max(0, brackets - 1);
    else if (type === tokens.Semicolon) brackets = 0;
    if (type === tokens.OpenSquare) listSuffixes++;
    else if (type !== tokens.CloseSquare) listSuffixes = 0;
    if (blocks + brackets > MAX_NESTING || listSuffixes > MAX_NESTING) return index;
  }
  return source.length;
}

function reportTooDeep(check: Check, index: number): void {
  const token = check.source[index];
  if (token !== undefined)
    check.diagnostics.push(diagnosticFrom(syntaxCatalog.tooDeep, {}, { span: spanOf(check.file, token) }));
}

function isSuspicious(token: Token, next: Token | undefined): boolean {
  const type = token.tokenType;
  if (type === tokens.Name) return token.image.length > MAX_NAME_LENGTH || isGlued(token, next);
  if (type === tokens.Text) return token.image.includes("\\");
  if (type === tokens.Equals)
    return next?.tokenType === tokens.CloseAngle && next.startOffset === token.startOffset + 1;
  return (
    type === tokens.Stray ||
    type === tokens.MalformedNumber ||
    type === tokens.UnterminatedText ||
    type === tokens.UnterminatedComment ||
    (isGlued(token, next) && tokens.isToken(token, tokens.Name))
  );
}

/** Reports what is wrong with the token at an index and keeps what the parser should see; returns the last index used. */
function repairToken(check: Check, index: number): number {
  const token = check.source[index];
  if (token === undefined) return index;
  switch (token.tokenType) {
    case tokens.Text:
      return checkText(check, token, index);
    case tokens.MalformedNumber:
      return repairNumber(check, token, index);
    case tokens.UnterminatedText:
      return repairText(check, token, index);
    case tokens.UnterminatedComment:
      check.comments.push({ kind: "block", span: spanOf(check.file, token) });
      report(check, "unterminatedComment", {}, { start: token.startOffset, end: token.startOffset + 2 });
      return index;
    case tokens.Equals:
      return repairArrow(check, index);
    case tokens.Stray:
      return repairStray(check, token, index);
    default:
      return token.image.length > MAX_NAME_LENGTH ? checkLength(check, token, index) : repairGlued(check, index);
  }
}
