import { positionAt, type Span } from "../../source/source-file.ts";
import type { Painter } from "./color.ts";
import { displayLine, lineText, windowOf } from "./display.ts";

/** A place in the frame of one file. */
export interface Mark {
  readonly span: Span;
  readonly label: string;
  readonly primary: boolean;
}

interface PlacedMark {
  readonly mark: Mark;
  readonly from: number;
  readonly to: number;
}

/** How a frame is drawn. */
export interface FrameStyle {
  readonly painter: Painter;
  /** Colour of the primary mark. */
  readonly paint: (text: string) => string;
  /** Digits of the highest line number. */
  readonly gutter: number;
}

/** Lines of a frame: each marked source line with its marks below it. */
export function renderFrame(marks: readonly Mark[], style: FrameStyle): string[] {
  const byLine = new Map<number, Mark[]>();
  for (const mark of marks) {
    const { line } = positionAt(mark.span.file, mark.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), mark]);
  }
  const lines = [...byLine.keys()].sort((a, b) => a - b);
  const empty = style.painter.frame(`${" ".repeat(style.gutter)} |`);
  return [empty, ...lines.flatMap((line) => renderLine(line, byLine.get(line) ?? [], style))];
}

function renderLine(line: number, marks: readonly Mark[], style: FrameStyle): string[] {
  const [first] = marks;
  if (first === undefined) return [];
  const { file } = first.span;
  const source = lineText(file, line);
  const lineStart = file.lineStarts[line - 1] ?? 0;
  const focus = (marks.find((mark) => mark.primary) ?? first).span.start - lineStart;
  const { from, to } = windowOf(source, focus);
  const lead = from > 0 ? "..." : "";
  const shown = displayLine(source.slice(from, to));
  const columnOf = (offset: number): number => {
    const unit = Math.max(0, Math.min(offset - lineStart - from, to - from));
    return lead.length + (shown.columns[unit] ?? 0);
  };
  const placed = marks.map((mark): PlacedMark => {
    const start = columnOf(mark.span.start);
    return { mark, from: start, to: Math.max(start + 1, columnOf(mark.span.end)) };
  });
  const { painter, gutter } = style;
  const number = painter.frame(`${String(line).padStart(gutter)} |`);
  const text = `${lead}${shown.text}${to < source.length ? "..." : ""}`.trimEnd();
  const rule = painter.frame(`${" ".repeat(gutter)} |`);
  return [text === "" ? number : `${number} ${text}`, ...renderMarks(placed, style).map((row) => `${rule} ${row}`)];
}

/** The row of underlines with the last label, then a row per further label. */
function renderMarks(placed: readonly PlacedMark[], style: FrameStyle): string[] {
  const ordered = [...placed].sort((a, b) => a.from - b.from || Number(a.mark.primary) - Number(b.mark.primary));
  const last = ordered.at(-1);
  const cells: { character: string; primary: boolean }[] = [];
  for (const { mark, from, to } of [...ordered].sort((a, b) => Number(a.mark.primary) - Number(b.mark.primary)))
    for (let column = from; column < to; column++)
      cells[column] = { character: mark.primary ? "^" : "-", primary: mark.primary };
  const row = Array.from({ length: cells.length }, (_, column) => paintCell(cells[column], style)).join("");
  const rows = [last === undefined || last.mark.label === "" ? row : `${row} ${paintLabel(last.mark, style)}`];
  const others = ordered.slice(0, -1).filter(({ mark }) => mark.label !== "");
  for (let index = others.length - 1; index >= 0; index--) {
    const current = others[index];
    if (current === undefined) continue;
    const bars = others.slice(0, index + 1);
    rows.push(connector(bars, style));
    rows.push(`${connector(bars.slice(0, -1), style).padEnd(current.from)}${paintLabel(current.mark, style)}`);
  }
  return rows;
}

function paintCell(cell: { character: string; primary: boolean } | undefined, style: FrameStyle): string {
  if (cell === undefined) return " ";
  return cell.primary ? style.paint(cell.character) : style.painter.related(cell.character);
}

function connector(bars: readonly PlacedMark[], { painter }: FrameStyle): string {
  let row = "";
  let width = 0;
  for (const { from } of bars) {
    if (from < width) continue;
    row += `${" ".repeat(from - width)}${painter.related("|")}`;
    width = from + 1;
  }
  return row;
}

function paintLabel(mark: Mark, style: FrameStyle): string {
  return mark.primary ? style.paint(mark.label) : style.painter.related(mark.label);
}
