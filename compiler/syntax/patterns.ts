import { STRING } from "../source/lexemes.ts";

/** Forms of values that the lexer and the plain reader must agree on. */

/** Behind a number: neither a letter nor more of a number. */
const NUMBER_END = String.raw`(?![A-Za-z0-9_]|\.[0-9])`;

/** A number of some form, which ends where a number may end. */
export function numberPattern(body: string): RegExp {
  return new RegExp(`${body}${NUMBER_END}`);
}

/** `500ms` (clause 1.4.2). */
export const DURATION: RegExp = numberPattern(String.raw`[0-9]+(?:\.[0-9]+)?(?:us|ms|s|m|h|d)`);
/** `64KiB` (clause 1.4.3). */
export const SIZE: RegExp = numberPattern("[0-9]+(?:B|KiB|MiB|GiB)");
/** `1.5`, `2e9` (clause 1.4.1). */
export const FLOAT: RegExp = numberPattern(
  String.raw`-?(?:(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?:0|[1-9][0-9]*)[eE][+-]?[0-9]+)`,
);
/** A string in quotes (clause 1.5.1). */
export const TEXT: RegExp = new RegExp(STRING);
