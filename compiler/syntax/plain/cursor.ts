import type { SourceFile, Span } from "../../source/source-file.ts";
import type { Identifier, IntLiteral, QualifiedName, StringLiteral } from "../ast.ts";
import { type CommentPlace, docOf } from "../doc-comments.ts";
import { decodeInt, decodeString } from "../literals.ts";
import { MAX_NAME_LENGTH } from "../limits.ts";
import { TEXT as TEXT_PATTERN } from "../patterns.ts";

/** Thrown, and caught in plain.ts, where a text holds something that is left to the grammar. */
export class NotPlain extends Error {}

/** Deepest nesting of blocks, types and values that is read plainly; far from what the language allows (clause 1.1.3). */
const MAX_DEPTH = 16;

export const SEMICOLON = 59;
export const COMMA = 44;
export const COLON = 58;
export const QUESTION = 63;
export const EQUALS = 61;
export const BAR = 124;
export const AT = 64;
export const DOT = 46;
export const STAR = 42;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const OPEN_SQUARE = 91;
export const CLOSE_SQUARE = 93;
export const OPEN_BRACE = 123;
export const CLOSE_BRACE = 125;
export const OPEN_ANGLE = 60;
export const CLOSE_ANGLE = 62;
const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const QUOTE = 34;
const APOSTROPHE = 39;
const MINUS = 45;
const SLASH = 47;
const ZERO = 48;

const TEXT = new RegExp(TEXT_PATTERN, "y");

/** A place in a text that is read from front to back. Every `skip` and `read` begins with the white space before its token. */
export class Cursor {
  readonly file: SourceFile;
  readonly text: string;
  /** Offset of the next unit. */
  at = 0;
  /** Offset behind the last token. */
  end = 0;
  private depth = 0;

  constructor(file: SourceFile) {
    this.file = file;
    this.text = file.text;
  }

  /** Leaves the text to the grammar, which knows what it means or what is wrong with it. */
  leave(): never {
    throw new NotPlain();
  }

  /** Reads what is nested in what is being read. */
  inside<T>(read: (cursor: this) => T): T {
    if (++this.depth > MAX_DEPTH) this.leave();
    const result = read(this);
    this.depth--;
    return result;
  }

  /** The unit that the next token starts with; `NaN` at the end of the text. */
  peek(): number {
    let unit = this.text.charCodeAt(this.at);
    while (unit === SPACE || unit === LF || unit === TAB || unit === CR) unit = this.text.charCodeAt(++this.at);
    return unit;
  }

  /** Offset of the next token. */
  start(): number {
    this.peek();
    return this.at;
  }

  /** Skips a sign when it is the next token. */
  skipIf(unit: number): boolean {
    if (this.peek() !== unit) return false;
    this.end = ++this.at;
    return true;
  }

  skip(unit: number): void {
    if (!this.skipIf(unit)) this.leave();
  }

  /** Skips `..` when it is next. */
  skipDots(): boolean {
    if (this.peek() !== DOT || this.text.charCodeAt(this.at + 1) !== DOT) return false;
    this.end = this.at += 2;
    return true;
  }

  /** True when a word is next. */
  isWord(): boolean {
    return isWordStart(this.peek());
  }

  /** The next word without reading it; empty when there is none. */
  peekWord(): string {
    return this.isWord() ? this.text.slice(this.at, this.endOfWord()) : "";
  }

  /** Skips a certain word. */
  skipWord(word: string): void {
    if (this.readWord() !== word) this.leave();
  }

  /** Skips a certain word when it is next. */
  skipWordIf(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.end = this.at += word.length;
    return true;
  }

  readWord(): string {
    if (!this.isWord()) this.leave();
    const start = this.at;
    this.end = this.at = this.endOfWord();
    // A name that goes on with a hyphen is one that was meant to.
    if (this.at - start > MAX_NAME_LENGTH || this.text.charCodeAt(this.at) === MINUS) this.leave();
    return this.text.slice(start, this.at);
  }

  private endOfWord(): number {
    let end = this.at + 1;
    while (isWordPart(this.text.charCodeAt(end))) end++;
    return end;
  }

  readName(): Identifier {
    const text = this.readWord();
    return { kind: "identifier", text, span: this.spanFrom(this.end - text.length) };
  }

  readQualifiedName(): QualifiedName {
    const first = this.readName();
    if (!this.isDot()) return { kind: "qualified_name", parts: [first], text: first.text, span: first.span };
    const parts = [first];
    while (this.isDot()) {
      this.skip(DOT);
      parts.push(this.readName());
    }
    const text = parts.map((part) => part.text).join(".");
    return { kind: "qualified_name", parts, text, span: this.spanFrom(first.span.start) };
  }

  private isDot(): boolean {
    return this.peek() === DOT && this.text.charCodeAt(this.at + 1) !== DOT;
  }

  /** A whole number in digits. */
  readInt(): IntLiteral {
    const isNegative = this.peek() === MINUS;
    const start = this.at;
    const first = isNegative ? start + 1 : start;
    let end = first;
    while (isDigit(this.text.charCodeAt(end))) end++;
    if (end === first || (end > first + 1 && this.text.charCodeAt(first) === ZERO)) this.leave();
    const next = this.text.charCodeAt(end);
    if (isWordPart(next) || (next === DOT && isDigit(this.text.charCodeAt(end + 1)))) this.leave();
    this.end = this.at = end;
    return { kind: "int_literal", value: decodeInt(this.text.slice(start, end)), span: this.spanFrom(start) };
  }

  /** True when a string is next. */
  isText(): boolean {
    const unit = this.peek();
    return unit === QUOTE || unit === APOSTROPHE;
  }

  readText(): StringLiteral {
    const image = this.match(TEXT) ?? this.leave();
    const { value, badEscapes } = decodeString(image);
    if (badEscapes.length > 0) this.leave();
    return { kind: "string_literal", value, span: this.spanFrom(this.end - image.length) };
  }

  /** Reads what a sticky pattern matches. */
  match(pattern: RegExp): string | undefined {
    this.peek();
    pattern.lastIndex = this.at;
    if (!pattern.test(this.text)) return undefined;
    const start = this.at;
    this.end = this.at = pattern.lastIndex;
    return this.text.slice(start, this.at);
  }

  /** From an offset to the end of the last token. */
  spanFrom(start: number): Span {
    return { file: this.file, start, end: this.end };
  }

  /** Skips white space and comments and gives the doc comment of the token behind them. Elsewhere comments are not plain. */
  skipToStatement(): string | undefined {
    if (this.peek() !== SLASH) return undefined;
    const comments: CommentPlace[] = [];
    while (this.peek() === SLASH) {
      const start = this.at;
      this.at = this.endOfComment();
      comments.push({ start, end: this.at });
    }
    return docOf(this.text, comments, { from: this.end, to: this.at });
  }

  private endOfComment(): number {
    const { text, at } = this;
    const second = text.charCodeAt(at + 1);
    if (second === STAR) {
      const end = text.indexOf("*/", at + 2);
      return end === -1 ? this.leave() : end + 2;
    }
    if (second !== SLASH) this.leave();
    let end = at + 2;
    while (end < text.length && text.charCodeAt(end) !== LF && text.charCodeAt(end) !== CR) end++;
    return end;
  }
}

function isDigit(unit: number): boolean {
  return unit >= ZERO && unit <= 57;
}

function isWordStart(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95;
}

function isWordPart(unit: number): boolean {
  return isWordStart(unit) || isDigit(unit);
}
