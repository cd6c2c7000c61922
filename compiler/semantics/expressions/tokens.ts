import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import type { TextRange } from "./expression.ts";

export type Token = TextRange &
  (
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "literal"; readonly value: ConstantValue; readonly text: string }
    | { readonly kind: "symbol"; readonly text: string }
    | { readonly kind: "end"; readonly text: "" }
    | { readonly kind: "wrong"; readonly text: string }
  );

const DURATION_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

const SPACE = /[ \t\r\n]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(0[xX][0-9a-fA-F]+|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)/y;
const STRING = /'[^'\\]*'|"[^"\\]*"/y;
const SYMBOL = /\|\||&&|==|!=|<=|>=|[!<>+\-*/%().]/y;

/** Splits the text of an expression; the last token is the end, or the first thing that is no token. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (true) {
    position = match(SPACE, text, position)?.end ?? position;
    const token = nextToken(text, position);
    tokens.push(token);
    if (token.kind === "end" || token.kind === "wrong") return tokens;
    position = token.end;
  }
}

function match(pattern: RegExp, text: string, position: number): { groups: RegExpExecArray; end: number } | undefined {
  pattern.lastIndex = position;
  const groups = pattern.exec(text);
  return groups === null ? undefined : { groups, end: pattern.lastIndex };
}

function nextToken(text: string, start: number): Token {
  if (start >= text.length) return { kind: "end", text: "", start, end: start };
  const name = match(NAME, text, start);
  if (name !== undefined) return wordToken(text.slice(start, name.end), { start, end: name.end });
  const number = match(NUMBER, text, start);
  if (number !== undefined) return numberToken(number.groups, { start, end: number.end });
  const string = match(STRING, text, start);
  if (string !== undefined) {
    const value: ConstantValue = { kind: "string", value: text.slice(start + 1, string.end - 1) };
    return { kind: "literal", value, text: "a string", start, end: string.end };
  }
  const symbol = match(SYMBOL, text, start);
  if (symbol !== undefined) return { kind: "symbol", text: text.slice(start, symbol.end), start, end: symbol.end };
  const end = start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
  return { kind: "wrong", text: text.slice(start, end), start, end };
}

function wordToken(text: string, range: TextRange): Token {
  if (text === "true" || text === "false") {
    return { kind: "literal", value: { kind: "bool", value: text === "true" }, text, ...range };
  }
  return { kind: "name", text, ...range };
}

function numberToken(groups: RegExpExecArray, range: TextRange): Token {
  const [text, digits = "", unit = ""] = groups;
  const value = numberValue(digits, unit);
  return value === undefined ? { kind: "wrong", text, ...range } : { kind: "literal", value, text, ...range };
}

function numberValue(digits: string, unit: string): ConstantValue | undefined {
  const isWhole = /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(digits);
  if (unit === "")
    return isWhole ? { kind: "int", value: BigInt(digits).toString() } : { kind: "float", value: Number(digits) };
  const ms = DURATION_MS[unit];
  if (ms !== undefined) return { kind: "duration", ms: Number(digits) * ms };
  const bytes = SIZE_BYTES[unit];
  return bytes === undefined || !isWhole
    ? undefined
    : { kind: "int", value: (BigInt(digits) * BigInt(bytes)).toString() };
}
