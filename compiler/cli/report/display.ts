import { escapeInvisible } from "../../diagnostics/characters.ts";
import type { SourceFile } from "../../source/source-file.ts";

/** A line as a terminal shows it: what stands at which column. */
export interface DisplayLine {
  readonly text: string;
  /** Column (from 0) at which a unit of the line is shown; one more entry for the end of the line. */
  readonly columns: readonly number[];
}

const pictograph = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2})/u;
const onlyMarks = /^[\p{Mn}\p{Me}]+$/u;
const TAB_WIDTH = 4;
/** Columns of a line that a report shows at most. */
export const MAX_LINE_WIDTH = 120;

/** Inclusive ranges of code points that take two columns. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

/** Terminal columns of one grapheme. */
function graphemeWidth(grapheme: string): number {
  const point = grapheme.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (pictograph.test(grapheme)) return 2;
  if (onlyMarks.test(grapheme)) return 0;
  return wide.some(([low, high]) => point >= low && point <= high) ? 2 : 1;
}

/** A joiner inside of an emoji is part of it and stays. */
function visible(grapheme: string): string {
  return pictograph.test(grapheme)
    ? grapheme.split("\u200d").map(escapeInvisible).join("\u200d")
    : escapeInvisible(grapheme);
}

/** Terminal columns of a grapheme as it is shown. */
function textWidth(grapheme: string, shown: string): number {
  if (shown === grapheme) return graphemeWidth(grapheme);
  return [...grapheme].reduce((width, character) => {
    const escaped = escapeInvisible(character);
    return width + (escaped === character ? graphemeWidth(character) : escaped.length);
  }, 0);
}

/** Text of a line (1-based) without its line end. */
export function lineText(file: SourceFile, line: number): string {
  const start = file.lineStarts[line - 1] ?? file.text.length;
  const end = file.lineStarts[line] ?? file.text.length;
  return file.text.slice(start, end).replace(/[\r\n]+$/, "");
}

/** Lays a line out: tabs become spaces, invisible and bidirectional characters become their code. */
export function displayLine(source: string): DisplayLine {
  let text = "";
  let column = 0;
  const columns: number[] = [];
  // Made when there is a line to show: the first one takes milliseconds, which a run without findings need not spend.
  const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(source)) {
    const shown = segment === "\t" ? " ".repeat(TAB_WIDTH - (column % TAB_WIDTH)) : visible(segment);
    for (let unit = 0; unit < segment.length; unit++) columns.push(column);
    column += segment === "\t" ? shown.length : textWidth(segment, shown);
    text += shown;
  }
  columns.push(column);
  return { text, columns };
}

/** Part of a source line that fits a report, around a unit that must be seen. */
export function windowOf(source: string, focus: number): { readonly from: number; readonly to: number } {
  if (source.length <= MAX_LINE_WIDTH) return { from: 0, to: source.length };
  const from = Math.max(0, Math.min(focus - MAX_LINE_WIDTH / 2, source.length - MAX_LINE_WIDTH));
  return { from: safeCut(source, from), to: safeCut(source, Math.min(source.length, from + MAX_LINE_WIDTH)) };
}

/** Never between the halves of a surrogate pair. */
function safeCut(source: string, at: number): number {
  const unit = source.charCodeAt(at);
  return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at;
}
