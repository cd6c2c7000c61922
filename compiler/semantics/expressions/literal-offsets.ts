import type { Span } from "../../source/source-file.ts";
import type { TextRange } from "./expression.ts";

const ESCAPE = /\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|[\s\S])/y;

/** Gives the place in the file of a range of a string literal's value, escapes included. */
export function literalRange(literal: Span, range: TextRange): Span {
  const start = sourceOffset(literal, range.start);
  const end = range.end === range.start ? start : sourceOffset(literal, range.end);
  return { file: literal.file, start, end: Math.max(start, end) };
}

function sourceOffset(literal: Span, offset: number): number {
  const { text } = literal.file;
  let position = literal.start + 1;
  let units = 0;
  while (units < offset && position < literal.end - 1) {
    ESCAPE.lastIndex = position;
    const escape = text[position] === "\\" ? ESCAPE.exec(text)?.[0] : undefined;
    units += escape !== undefined && isAstral(escape) ? 2 : 1;
    position += escape?.length ?? 1;
  }
  return position;
}

function isAstral(escape: string): boolean {
  return escape.startsWith("\\u{") && Number.parseInt(escape.slice(3, -1), 16) > 0xffff;
}
