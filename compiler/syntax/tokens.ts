import { createToken, createTokenInstance, type IToken, Lexer, type TokenType } from "chevrotain";
import * as patterns from "./patterns.ts";

/** One token of a schema; only offsets are tracked. The name of a token type is how a user would call it. */
export type Token = IToken;

/** Groups of the lexer's result beside the token list. */
const COMMENT_GROUP = "comments";

const words = [
  "edition",
  "package",
  "import",
  "export",
  "from",
  "as",
  "message",
  "enum",
  "open",
  "union",
  "oneof",
  "errors",
  "error",
  "service",
  "stream",
  "throws",
  "reserved",
  "const",
  "type",
  "annotation",
  "on",
  "max",
] as const;

/** A word with a meaning in some places; everywhere else it is a name. */
export type KeywordText = (typeof words)[number];

/** Clause 1.3.1. */
export const Name: TokenType = createToken({ name: "a name", pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

/** Clause 1.3.2: every keyword is also a name. */
export const Keyword: Readonly<Record<KeywordText, TokenType>> = Object.fromEntries(
  words.map((word) => [word, createToken({ name: `\`${word}\``, pattern: Lexer.NA, categories: [Name] })]),
) as Record<KeywordText, TokenType>;

const numberToken = (name: string, pattern: RegExp): TokenType =>
  createToken({ name, pattern, start_chars_hint: [..."-0123456789"] });

/** `500ms` (clause 1.4.2). */
export const Duration: TokenType = numberToken("a duration", patterns.DURATION);
/** `64KiB` (clause 1.4.3). */
export const Size: TokenType = numberToken("a size", patterns.SIZE);
/** `1.5`, `2e9` (clause 1.4.1). */
export const Float: TokenType = numberToken("a number", patterns.FLOAT);
/** `12`, `-1`, `0xff` (clause 1.4.1). */
export const Int: TokenType = numberToken(
  "a whole number",
  patterns.numberPattern("-?(?:0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)"),
);
/** Looks like a number and is none: reported, then read as {@link Int}. */
export const MalformedNumber: TokenType = createToken({
  name: "MalformedNumber",
  pattern: /-?[0-9][A-Za-z0-9_]*(?:\.[0-9][A-Za-z0-9_]*)*/,
});

/** Clause 1.5.1. */
export const Text: TokenType = createToken({
  name: "a string in quotes",
  pattern: patterns.TEXT,
  start_chars_hint: ['"', "'"],
});
/** A string without its closing quote: ends with its line. */
export const UnterminatedText: TokenType = createToken({
  name: "UnterminatedString",
  pattern: /["'][^\r\n]*/,
  start_chars_hint: ['"', "'"],
});

const WhiteSpace = createToken({ name: "WhiteSpace", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED });
export const LineComment: TokenType = createToken({
  name: "LineComment",
  pattern: /\/\/[^\r\n]*/,
  start_chars_hint: ["/"],
  group: COMMENT_GROUP,
});
export const BlockComment: TokenType = createToken({
  name: "BlockComment",
  pattern: /\/\*[^]*?\*\//,
  start_chars_hint: ["/"],
  group: COMMENT_GROUP,
});
/** A block comment without its end: takes the rest of the file. */
export const UnterminatedComment: TokenType = createToken({
  name: "UnterminatedComment",
  pattern: /\/\*[^]*/,
  start_chars_hint: ["/"],
});

const punctuation = (text: string): TokenType => createToken({ name: `\`${text}\``, pattern: text });
export const OpenBrace: TokenType = punctuation("{");
export const CloseBrace: TokenType = punctuation("}");
export const OpenParen: TokenType = punctuation("(");
export const CloseParen: TokenType = punctuation(")");
export const OpenSquare: TokenType = punctuation("[");
export const CloseSquare: TokenType = punctuation("]");
export const OpenAngle: TokenType = punctuation("<");
export const CloseAngle: TokenType = punctuation(">");
export const Equals: TokenType = punctuation("=");
export const Colon: TokenType = punctuation(":");
export const Semicolon: TokenType = punctuation(";");
export const Comma: TokenType = punctuation(",");
export const Question: TokenType = punctuation("?");
export const Bar: TokenType = punctuation("|");
export const At: TokenType = punctuation("@");
export const Star: TokenType = punctuation("*");
export const DotDot: TokenType = punctuation("..");
export const Dot: TokenType = punctuation(".");

/** Tokens that are one or two signs. */
const punctuationTokens: readonly TokenType[] = [
  ...[OpenBrace, CloseBrace, OpenParen, CloseParen, OpenSquare, CloseSquare, OpenAngle, CloseAngle],
  ...[Equals, Colon, Semicolon, Comma, Question, Bar, At, Star, DotDot, Dot],
];

/** Every unit that starts no other token; the hint lists one unit per look-up bucket of the lexer. */
function strayStarts(): number[] {
  const ascii = Array.from({ length: 256 }, (_, unit) => unit).filter((unit) =>
    /[^A-Za-z0-9_ \t\r\n"'{}()[\]<>=:;,?|@*.]/.test(String.fromCharCode(unit)),
  );
  const rest = Array.from({ length: 512 }, (_, index) => 256 + index * 128).filter((unit) => unit < 65_536);
  return [...ascii, ...rest];
}

/** Characters that no token starts with. */
export const Stray: TokenType = createToken({
  name: "Stray",
  pattern: /[^A-Za-z0-9_ \t\r\n"'{}()[\]<>=:;,?|@*./-]+|[/-]/,
  start_chars_hint: strayStarts(),
});

/** In the order in which the lexer tries them. */
export const allTokens: readonly TokenType[] = [
  WhiteSpace,
  ...words.map((word) => Keyword[word]),
  Name,
  Duration,
  Size,
  Float,
  Int,
  MalformedNumber,
  Text,
  UnterminatedText,
  LineComment,
  BlockComment,
  UnterminatedComment,
  ...punctuationTokens,
  Stray,
];

/** What the lexer makes of a text. */
export interface LexedText {
  readonly tokens: Token[];
  readonly comments: readonly Token[];
}

/**
 * A new lexer; building one costs some milliseconds, so keep it. Keywords are told from other names afterwards, by one look into a
 * table: as patterns of their own, several of them would be tried at the start of most names.
 */
export function createLexer(): (text: string) => LexedText {
  const lexer = new Lexer([...allTokens], {
    positionTracking: "onlyOffset",
    skipValidations: true,
    ensureOptimizations: true,
  });
  return (text) => {
    const { tokens, groups } = lexer.tokenize(text);
    for (const token of tokens) if (token.tokenType === Name) becomeKeyword(token);
    return { tokens, comments: groups[COMMENT_GROUP] ?? [] };
  };
}

/** Keywords by their texts. */
const keywordOf: ReadonlyMap<string, TokenType> = new Map(words.map((word) => [word, Keyword[word]]));

function becomeKeyword(token: Token): void {
  const keyword = keywordOf.get(token.image);
  if (keyword === undefined) return;
  token.tokenType = keyword;
  token.tokenTypeIdx = keyword.tokenTypeIdx ?? token.tokenTypeIdx;
}

/** True for a token of the type or of one of its keywords. */
export function isToken(token: Token | undefined, type: TokenType): boolean {
  if (token === undefined) return false;
  return token.tokenType === type || (type === Name && (token.tokenType.CATEGORIES?.includes(Name) ?? false));
}

/** Offset behind the last unit of a token. */
export function tokenEnd(token: Token): number {
  return token.startOffset + token.image.length;
}

/** Makes a token of a type where there was another one, or none. */
export function makeToken(type: TokenType, image: string, start: number): Token {
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
