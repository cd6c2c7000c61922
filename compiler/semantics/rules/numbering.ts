import type { Fix } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source/source-file.ts";
import type { ReservedNode, ReservedRange } from "../../syntax/ast.ts";

/** Numbers of a message or enum that are taken. */
export interface Numbering {
  readonly used: ReadonlySet<number>;
  readonly ranges: readonly NumberRange[];
  readonly highest: number;
}

/** Both ends included. */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly span: Span;
}

/** The ranges of `reserved` members; those that run downwards are left out. */
export function reservedRanges(nodes: readonly ReservedNode[], highest: number): NumberRange[] {
  return nodes
    .flatMap((node) => node.items)
    .filter((item) => item.kind === "reserved_range")
    .map((item) => rangeOf(item, highest))
    .filter(({ from, to }) => from <= to);
}

function rangeOf(item: ReservedRange, highest: number): NumberRange {
  const from = Number(item.from.value);
  const to = item.to === undefined ? from : item.to === "max" ? highest : Number(item.to.value);
  const text = item.to === undefined ? `${from}` : `${from}..${item.to === "max" ? "max" : to}`;
  return { from, to, text, span: item.span };
}

/** The first number above all used ones that is not reserved; when there is none, the lowest free one. */
export function nextFreeNumber({ used, ranges, highest }: Numbering): number {
  let top = 0;
  for (const number of used) if (number <= highest && number > top) top = number;
  const above = firstFree({ used, ranges, highest }, top + 1);
  return above <= highest ? above : firstFree({ used, ranges, highest }, 1);
}

function firstFree({ used, ranges, highest }: Numbering, start: number): number {
  let candidate = start;
  while (candidate <= highest) {
    const range = ranges.find(({ from, to }) => candidate >= from && candidate <= to);
    if (range !== undefined) candidate = range.to + 1;
    else if (used.has(candidate)) candidate++;
    else break;
  }
  return candidate;
}

/** ` (4 and 10..19 are reserved)`, for the reserved numbers that were passed over. */
export function skippedText(ranges: readonly NumberRange[]): string {
  if (ranges.length === 0) return "";
  const texts = ranges.slice(0, 4).map(({ text }) => text);
  const last = ranges.length > 4 ? "others" : (texts.pop() ?? "");
  const isMany = ranges.length > 1 || ranges[0]?.text.includes("..");
  return ` (${texts.length === 0 ? last : `${texts.join(", ")} and ${last}`} ${isMany ? "are" : "is"} reserved)`;
}

/** Puts another number in the place of one. */
export function numberFix(span: Span, number: number): Fix {
  return { title: `use ${number}`, edits: [{ span, text: String(number) }] };
}
