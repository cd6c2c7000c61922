import type { TokenType } from "chevrotain";
import {
  type CatalogEntry,
  type Diagnostic,
  diagnosticFrom,
  type Edit,
  type Fix,
} from "../../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../../source/source-file.ts";
import type { Container } from "../grammar-members.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";

/** Where and how the parser stopped in the tokens of one declaration. */
export interface Stuck {
  readonly file: SourceFile;
  readonly tokens: readonly Token[];
  readonly container: Container;
  /** First token of the statement, annotations included. */
  readonly from: number;
  /** First token behind the annotations of the statement. */
  readonly head: number;
  /** Where the parser stopped; may be the number of tokens. */
  readonly at: number;
  /** Behind the last token of the statement; its `;` not included. */
  readonly end: number;
  /** Name of the wanted token, or `choice:` and the rule. */
  readonly wanted: string;
  /** The innermost production. */
  readonly rule: string;
}

/** One finding, and the change of the tokens that lets the parser go on. */
export interface Mend {
  readonly diagnostic: Diagnostic;
  readonly start: number;
  readonly remove: number;
  readonly insert: readonly Token[];
}

/** Recognises one kind of mistake. */
export type Recogniser = (stuck: Stuck) => Mend | undefined;

/** Token at an index counted from the first token behind the annotations. */
export function headToken(stuck: Stuck, offset: number): Token | undefined {
  return stuck.tokens[stuck.head + offset];
}

export function isName(token: Token | undefined): token is Token {
  return tokens.isToken(token, tokens.Name);
}

export function is(token: Token | undefined, type: TokenType): token is Token {
  return token !== undefined && token.tokenType === type;
}

/** Span from one token to the token before another. */
export function spanOver(stuck: Pick<Stuck, "file" | "tokens">, from: number, to: number): Span {
  const first = stuck.tokens[from] ?? stuck.tokens.at(-1);
  const last = stuck.tokens[Math.max(from, to - 1)] ?? stuck.tokens.at(-1);
  const start = first === undefined ? 0 : from >= stuck.tokens.length ? tokens.tokenEnd(first) : first.startOffset;
  return { file: stuck.file, start, end: Math.max(start, last === undefined ? start : tokens.tokenEnd(last)) };
}

/** The empty span behind the token before an index. */
export function spanBehind(stuck: Pick<Stuck, "file" | "tokens">, index: number): Span {
  const before = stuck.tokens[index - 1];
  const offset = before === undefined ? 0 : tokens.tokenEnd(before);
  return { file: stuck.file, start: offset, end: offset };
}

/** Source text from one token to the token before another, white space included. */
export function textOver(stuck: Pick<Stuck, "file" | "tokens">, from: number, to: number): string {
  if (to <= from) return "";
  const span = spanOver(stuck, from, to);
  return stuck.file.text.slice(span.start, span.end);
}

/** A fix of one edit. */
export function fixOf(title: string, span: Span, text: string): Fix {
  const edit: Edit = { span, text };
  return { title, edits: [edit] };
}

/** A token without text at the end of the token before an index. */
export function virtualToken(stuck: Pick<Stuck, "file" | "tokens">, type: TokenType, index: number): Token {
  return tokens.makeToken(type, "", spanBehind(stuck, index).start);
}

/** How a message names a token. */
export function describeToken(stuck: Pick<Stuck, "file" | "tokens">, token: Token | undefined): string {
  if (token === undefined) return describeEnd(stuck);
  if (token.image === "") return "the end of the block";
  if (token.tokenType === tokens.Text) return "a string";
  const image = token.image.length > 40 ? `${token.image.slice(0, 37)}...` : token.image;
  return `\`${image}\``;
}

/** A declaration ends at the end of the file, or where the next one starts. */
function describeEnd(stuck: Pick<Stuck, "file" | "tokens">): string {
  const rest = stuck.file.text.slice(spanBehind(stuck, stuck.tokens.length).end);
  return /\S/.test(rest) ? "the end of the statement" : "the end of the file";
}

/** What to say, where, and how the tokens change. */
export interface MendParts<P> {
  readonly entry: CatalogEntry<P>;
  readonly parameters: P;
  readonly span: Span;
  readonly fix?: Fix | undefined;
  readonly start: number;
  readonly remove?: number;
  readonly insert?: readonly Token[];
}

/** Puts a {@link Mend} together. */
export function mend<P>({ entry, parameters, span, fix, start, remove = 0, insert = [] }: MendParts<P>): Mend {
  const place = fix === undefined ? { span } : { span, fix };
  return { diagnostic: diagnosticFrom(entry, parameters, place), start, remove, insert };
}

/** True when the text between two tokens has a line end. */
export function onNewLine(file: SourceFile, before: Token | undefined, token: Token | undefined): boolean {
  if (before === undefined || token === undefined) return true;
  return /[\r\n]/.test(file.text.slice(tokens.tokenEnd(before), token.startOffset));
}
