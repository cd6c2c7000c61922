import { syntaxCatalog } from "../diagnostics/catalog-syntax.ts";
import { type Diagnostic, diagnosticFrom } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../source/source-file.ts";
import type { Comment } from "./ast.ts";
import { suggestNumber } from "./lexical-help.ts";
import { decodeString } from "./literals.ts";
import { strayDiagnostic } from "./stray.ts";
import * as tokens from "./tokens.ts";
import type { Token } from "./tokens.ts";

/** Findings so far and the tokens that the parser will see. */
export interface Check {
  readonly file: SourceFile;
  readonly source: readonly Token[];
  readonly kept: Token[];
  readonly diagnostics: Diagnostic[];
  readonly comments: Comment[];
}

/** Span of a token. */
export function spanOf(file: SourceFile, token: Token): Span {
  return { file, start: token.startOffset, end: tokens.tokenEnd(token) };
}

/** Reports escapes that do not exist. */
export function checkText(check: Check, token: Token, index: number): number {
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

/** Reports a name that is too long. */
export function checkLength(check: Check, token: Token, index: number): number {
  check.kept.push(token);
  const place = { span: spanOf(check.file, token) };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.longName, { length: token.image.length }, place));
  return index;
}

/** Reports what looks like a number and is none; keeps a number, or a name where one belongs. */
export function repairNumber(check: Check, token: Token, index: number): number {
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
  check.kept.push(tokens.makeToken(tokens.Int, token.image, token.startOffset));
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
  check.kept.push(tokens.makeToken(tokens.Name, image, token.startOffset));
  return index;
}

/** Joins `user-name-2` or `größe` to one name. */
export function repairGlued(check: Check, index: number): number {
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

/** Reports a string without its end; guesses where it ends. */
export function repairText(check: Check, token: Token, index: number): number {
  const quote = token.image[0] ?? '"';
  const content = token.image.replace(/[ \t]*[;,)}\]]*[ \t]*$/, "");
  const end = token.startOffset + Math.max(1, content.length);
  const edits = [{ span: { file: check.file, start: end, end }, text: quote }];
  const fix = { title: `Add \`${quote}\``, edits };
  const span = { file: check.file, start: token.startOffset, end };
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.unterminatedString, { quote }, { span, fix }));
  check.kept.push(tokens.makeToken(tokens.Text, content, token.startOffset));
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
    if (type !== undefined) check.kept.push(tokens.makeToken(type, character, start + offset));
  });
}

/** `->` and `=>` where a `:` belongs. */
export function repairArrow(check: Check, index: number): number {
  const token = check.source[index];
  const next = check.source[index + 1];
  if (token === undefined || next === undefined) return index;
  const span = { file: check.file, start: token.startOffset, end: tokens.tokenEnd(next) };
  const fix = { title: "Write `:`", edits: [{ span, text: ":" }] };
  const arrow = token.image + next.image;
  check.diagnostics.push(diagnosticFrom(syntaxCatalog.arrow, { arrow }, { span, fix }));
  check.kept.push(tokens.makeToken(tokens.Colon, ":", token.startOffset));
  return index + 1;
}

/** Reports characters that no token starts with, and leaves them out. */
export function repairStray(check: Check, token: Token, index: number): number {
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

type PlainKey = "unterminatedComment" | "hashComment";

/** Adds a finding. */
export function report(
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

const letters = /^[\p{L}\p{M}\p{N}]+$/u;

/** `user-name`, `größe`: a name that goes on with a hyphen or with letters that are not ASCII. */
export function isGlued(token: Token, next: Token | undefined): boolean {
  if (next === undefined || next.startOffset !== tokens.tokenEnd(token)) return false;
  return next.image.startsWith("-") || (next.tokenType === tokens.Stray && letters.test(next.image));
}
