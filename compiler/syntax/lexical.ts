import { createTokenInstance } from "chevrotain";
import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source/source-file.ts";
import type { Comment } from "./ast.ts";
import { suggestNumber } from "./lexical-help.ts";
import { decodeString } from "./literals.ts";
import { strayDiagnostic } from "./stray.ts";
import * as tokens from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** Most levels of blocks, brackets and type arguments (clause 1.1.3). */
export const MAX_NESTING = 64;
/** Most characters of a name (clause 1.3.1). */
export const MAX_NAME_LENGTH = 128;

/** Tokens that the parser understands, and what was wrong with those that it would not have. */
export interface LexicalResult {
  readonly tokens: Token[];
  readonly diagnostics: readonly Diagnostic[];
  /** Comments that only recovery recognised. */
  readonly comments: readonly Comment[];
}

interface Check {
  readonly file: SourceFile;
  readonly source: readonly Token[];
  readonly kept: Token[];
  readonly diagnostics: Diagnostic[];
  readonly comments: Comment[];
}

/** Makes a token of a type where there was another one, or none. */
export function makeToken(type: (typeof tokens)["Name"], image: string, start: number): Token {
  return createTokenInstance(
    type,
    image,
    start,
    start + image.length - 1,
    Number.NaN,
    Number.NaN,
    Number.NaN,
    Number.NaN,
  );
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

function spanOf(file: SourceFile, token: Token): Span {
  return { file, start: token.startOffset, end: tokens.tokenEnd(token) };
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

const letters = /^[\p{L}\p{M}\p{N}]+$/u;

/** `user-name`, `größe`: a name that goes on with a hyphen or with letters that are not ASCII. */
function isGlued(token: Token, next: Token | undefined): boolean {
  if (next === undefined || next.startOffset !== tokens.tokenEnd(token)) return false;
  return next.image.startsWith("-") || (next.tokenType === tokens.Stray && letters.test(next.image));
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

type PlainKey = "unterminatedComment" | "hashComment";

function report(
  check: Check,
  key: PlainKey,
  parameters: object,
  place: { start: number; end: number },
  text?: string,
): void {
  const span: Span = { file: check.file, ...place };
  const fix = text === undefined ? {} : { fix: { title: `Write \`${text}\``, edits: [{ span, text }] } };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog[key], parameters, { span, ...fix }));
}

function checkText(check: Check, token: Token, index: number): number {
  check.kept.push(token);
  for (const bad of decodeString(token.image).badEscapes) {
    const start = token.startOffset + bad.offset;
    const span = { file: check.file, start, end: start + bad.text.length };
    const help = bad.text.startsWith("\\u")
      ? "write \\uHHHH or \\u{H...} with hexadecimal digits"
      : bad.text.startsWith("\\x")
        ? "write \\xHH with two hexadecimal digits"
        : `a backslash is written \\\\: \\${bad.text}`;
    const fix = /^\\[ux]/.test(bad.text)
      ? {}
      : { fix: { title: "Double the backslash", edits: [{ span, text: `\\${bad.text}` }] } };
    check.diagnostics.push(diagnosticFrom(syntaxCatalog.badEscape, { text: bad.text, help }, { span, ...fix }));
  }
  return index;
}

function checkLength(check: Check, token: Token, index: number): number {
  check.kept.push(token);
  const place = { span: spanOf(check.file, token) };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.longName, { length: token.image.length }, place));
  return index;
}

function repairNumber(check: Check, token: Token, index: number): number {
  const before = check.kept.at(-1);
  const after = check.source[index + 1];
  const startsName =
    before === undefined || before.tokenType === tokens.OpenBrace || before.tokenType === tokens.Semicolon;
  const endsName = after?.tokenType === tokens.Colon || after?.tokenType === tokens.Question;
  const afterKeyword =
    before !== undefined && /^(?:message|enum|union|error|errors|service|const|type)$/.test(before.image);
  if (
    (startsName && (endsName || after?.tokenType === tokens.OpenParen || after?.tokenType === tokens.Equals)) ||
    afterKeyword
  )
    return keepName(check, {
      token,
      image: token.image,
      why: "it starts with a digit",
      suggestion: `_${token.image}`,
      index,
    });
  const { help, value } = suggestNumber(token.image);
  const span = spanOf(check.file, token);
  const fix = value === undefined ? {} : { fix: { title: `Write \`${value}\``, edits: [{ span, text: value }] } };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.badNumber, { text: token.image, help }, { span, ...fix }));
  check.kept.push(makeToken(tokens.Int, token.image, token.startOffset));
  return index;
}

interface NotAName {
  readonly token: Token;
  readonly image: string;
  readonly why: string;
  readonly suggestion: string;
  readonly index: number;
}

function keepName(check: Check, { token, image, why, suggestion, index }: NotAName): number {
  const span = { file: check.file, start: token.startOffset, end: token.startOffset + image.length };
  const fix = { title: `Write \`${suggestion}\``, edits: [{ span, text: suggestion }] };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.badName, { name: image, why, suggestion }, { span, fix }));
  check.kept.push(makeToken(tokens.Name, image, token.startOffset));
  return index;
}

/** Joins `user-name-2` or `größe` to one name. */
function repairGlued(check: Check, index: number): number {
  const first = check.source[index];
  if (first === undefined) return index;
  let last = index;
  let image = first.image;
  for (let next = check.source[last + 1]; next !== undefined; next = check.source[last + 1]) {
    if (next.startOffset !== first.startOffset + image.length || !joins(next)) break;
    image += next.image;
    last++;
  }
  if (image.endsWith("-")) {
    check.kept.push(first);
    return index;
  }
  const suggestion = asciiName(image);
  const why = image.includes("-") ? "it contains `-`" : "its letters must be ASCII";
  return keepName(check, { token: first, image, why, suggestion, index: last });
}

function joins(token: Token): boolean {
  return /^[\w-]+$/.test(token.image) || (token.tokenType === tokens.Stray && letters.test(token.image));
}

/** `größe-2` -> `grosse2`. */
function asciiName(image: string): string {
  const plain = image
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/\p{M}+/gu, "");
  const ascii = plain.replace(/[^A-Za-z0-9_-]+/g, "");
  const camel = ascii.replace(/-+([A-Za-z0-9_])?/g, (_, letter?: string) => (letter ?? "").toUpperCase());
  return /^[A-Za-z_]/.test(camel) ? camel : `name${camel}`;
}

function repairText(check: Check, token: Token, index: number): number {
  const quote = token.image[0] ?? '"';
  const content = token.image.replace(/[ \t]*[;,)}\]]*[ \t]*$/, "");
  const end = token.startOffset + Math.max(1, content.length);
  const edits = [{ span: { file: check.file, start: end, end }, text: quote }];
  const fix = { title: `Add \`${quote}\``, edits };
  const span = { file: check.file, start: token.startOffset, end };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.unterminatedString, { quote }, { span, fix }));
  check.kept.push(makeToken(tokens.Text, content, token.startOffset));
  keepTail(check, token.image.slice(content.length), end);
  return index;
}

/** What stands between the likely end of an unterminated string and the end of its line. */
function keepTail(check: Check, tail: string, start: number): void {
  const types: Readonly<Record<string, (typeof tokens)["Semicolon"]>> = {
    ";": tokens.Semicolon,
    ",": tokens.Comma,
    ")": tokens.CloseParen,
    "}": tokens.CloseBrace,
    "]": tokens.CloseSquare,
  };
  [...tail].forEach((character, offset) => {
    const type = types[character];
    if (type !== undefined) check.kept.push(makeToken(type, character, start + offset));
  });
}

/** `->` and `=>` where a `:` belongs. */
function repairArrow(check: Check, index: number): number {
  const token = check.source[index];
  const next = check.source[index + 1];
  if (token === undefined || next === undefined) return index;
  const span = { file: check.file, start: token.startOffset, end: tokens.tokenEnd(next) };
  const fix = { title: "Write `:`", edits: [{ span, text: ":" }] };
  const arrow = token.image + next.image;
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.arrow, { arrow }, { span, fix }));
  check.kept.push(makeToken(tokens.Colon, ":", token.startOffset));
  return index + 1;
}

function repairStray(check: Check, token: Token, index: number): number {
  const next = check.source[index + 1];
  const adjacent = next !== undefined && next.startOffset === tokens.tokenEnd(token);
  if (token.image === "-" && adjacent && next.tokenType === tokens.CloseAngle) return repairArrow(check, index);
  if (token.image.startsWith("#") && startsLine(check.file, token)) return repairHash(check, token, index);
  if (letters.test(token.image)) return repairGlued(check, index);
  check.diagnostics.push(strayDiagnostic(check.file, token));
  return index;
}

function startsLine(file: SourceFile, token: Token): boolean {
  return /(?:^|[\r\n])[ \t]*$/.test(file.text.slice(Math.max(0, token.startOffset - 200), token.startOffset));
}

/** Takes the rest of the line as a comment. */
function repairHash(check: Check, token: Token, index: number): number {
  const lineEnd = /[\r\n]|$/.exec(check.file.text.slice(token.startOffset))?.index ?? 0;
  const end = token.startOffset + lineEnd;
  report(check, "hashComment", {}, { start: token.startOffset, end: token.startOffset + 1 }, "//");
  check.comments.push({ kind: "line", span: { file: check.file, start: token.startOffset, end } });
  let last = index;
  while ((check.source[last + 1]?.startOffset ?? Infinity) < end) last++;
  return last;
}
