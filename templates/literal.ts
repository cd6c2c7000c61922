import type { Literal } from "./code.ts";

/** Characters that change how text is shown or split: controls, line separators, bidirectional overrides, the BOM. */
const invisible = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A string literal in the quotes that prettier chooses. Invisible characters are written as escapes. */
export function stringLiteral(text: string): Literal {
  if (plain.test(text)) return `"${text}"` as Literal;
  if (!hasMore(text, '"', count(text, "'"))) return JSON.stringify(text).replace(invisible, unicodeEscape) as Literal;
  if (readable.test(text)) return `'${text}'` as Literal;
  const body = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replace(controls, controlEscape);
  return `'${body.replace(invisible, unicodeEscape)}'` as Literal;
}

/** Nothing in it needs an escape: nearly all that schemas hold. */
const plain = /^[\w .,:/-]{0,80}$/;

/** The same between single quotes, for texts as long as schemas: one look at them instead of four. */
const readable = /^[ -&(-[\]-~]*$/;

function count(text: string, character: string): number {
  return text.length - text.replaceAll(character, "").length;
}

/** True when a text holds a character more often than so many times. */
function hasMore(text: string, character: string, times: number): boolean {
  let at = -1;
  for (let found = 0; found <= times; found++) if ((at = text.indexOf(character, at + 1)) === -1) return false;
  return true;
}

const controls = /[\u0000-\u001f\ud800-\udfff]+/g;

function controlEscape(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** `\u202e` for a UTF-16 code unit. */
export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A number literal as prettier writes it. Infinite values and NaN have no literal and are refused. */
export function numberLiteral(value: number): Literal {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no literal; write Infinity or NaN as a name`);
  return (Object.is(value, -0) ? "-0" : String(value).replace("e+", "e")) as Literal;
}

/** `12n` for a decimal string. */
export function bigintLiteral(decimal: string): Literal {
  return `${BigInt(decimal)}n` as Literal;
}

/** `true` or `false`. */
export function booleanLiteral(value: boolean): Literal {
  return (value ? "true" : "false") as Literal;
}

/**
 * A regular expression literal with flag `u`.
 * @throws SyntaxError when `pattern` is not a regular expression
 */
export function regularExpressionLiteral(pattern: string): Literal {
  const expression = new RegExp(pattern, "u");
  const source = expression.source.replace(/[^\x20-\x7e]/gu, codePointEscape);
  new RegExp(source, "u");
  return `/${source}/u` as Literal;
}

function codePointEscape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
