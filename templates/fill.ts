import type { FlatCode } from "./code.ts";
import { type Shape, shapeFromStrings } from "./shape.ts";

/** Text of a template literal in front of one of its holes. */
interface Gap {
  readonly text: string;
  /** The line break before a hole that has its line to itself; it goes when the hole is empty. */
  readonly lineBreak: string;
  readonly alone: boolean;
  /** Depth of the line on which the hole stands. */
  readonly depth: number;
}

/** A template literal with its line breaks and indentation in place: to fill it is to add its texts together. */
export interface Frame {
  readonly gaps: readonly Gap[];
  readonly end: string;
}

/** The line break before a line at `depth`, with its indentation. */
export function lineBreak(depth: number): FlatCode {
  return (lineBreaks[depth] ??= `\n${"  ".repeat(depth)}` as FlatCode);
}

const lineBreaks: FlatCode[] = [];

/** Takes a template literal apart whose first line stands at `depth`. */
export function frameFromStrings(strings: TemplateStringsArray, depth: number): Frame {
  return frameOf(shapeFromStrings(strings), depth);
}

function frameOf(shape: Shape, base: number): Frame {
  const gaps: Gap[] = [];
  let text = "";
  for (const op of shape.ops) {
    if (op.kind === "text") text += op.text;
    else if (op.kind === "break") text += op.isBlank ? "\n" : lineBreak(base + op.depth);
    else {
      const depth = base + op.depth;
      gaps.push({ text, lineBreak: op.breakBefore ? lineBreak(depth) : "", alone: op.alone, depth });
      text = "";
    }
  }
  return { gaps, end: text };
}

/** Fills a template literal with the texts of its holes; `""` for a hole that vanishes with its line. */
export function fill<T>(frame: Frame, holes: readonly T[], textOf: (hole: T, depth: number) => string): string {
  const { gaps } = frame;
  let text = "";
  let isDropped = false;
  for (let index = 0; index < gaps.length; index++) {
    const gap = gaps[index] as Gap;
    const hole = textOf(holes[index] as T, gap.depth);
    const before = isDropped && gap.text !== "" ? withoutBreak(gap.text) : gap.text;
    isDropped &&= gap.text === "";
    text += before;
    if (!gap.alone) text += hole;
    else if (hole !== "") {
      text += isDropped ? hole : gap.lineBreak + hole;
      isDropped = false;
    } else if (gap.lineBreak === "") isDropped = true;
  }
  return text + (isDropped ? withoutBreak(frame.end) : frame.end);
}

/** What follows a first line that vanished begins a line of its own. */
function withoutBreak(text: string): string {
  return text.replace(/^\n */, "");
}

/** Lines that stand at depth 0, brought to `depth`; the first one follows what is there already. */
export function deeper(text: string, depth: number): string {
  if (depth === 0) return text;
  const isSpaced = text.includes("\n\n");
  return isSpaced ? text.replace(/\n(?!\n)/g, lineBreak(depth)) : text.replaceAll("\n", lineBreak(depth));
}
