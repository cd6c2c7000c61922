import { flatOf, type Hole, isEmpty, type Node, type Piece, type TemplateNode } from "./code.ts";
import type { ShapeOp } from "./shape.ts";

/** Columns that generated code keeps to, as prettier's default has it. */
export const lineWidth = 80;

/** What is still to be printed behind the piece at hand; asked when a group wants to know whether it fits. */
interface Rest {
  readonly piece: Piece;
  readonly flat: boolean;
  readonly next: Rest | undefined;
}

/** Text in pieces, joined once: a string that grows by appending is a tree, which the collector copies again and again. */
interface Output {
  readonly texts: string[];
  /** Columns on the current line so far; indentation that is still pending is not counted. */
  column: number;
  /** Depth of the current line when nothing is on it yet, else -1. */
  pending: number;
  /** The line break before the current line is not written yet. */
  isBroken: boolean;
}

/** Line breaks with the indentation behind them, by depth. */
const breaks: string[] = [];

/** Lays code out in {@link lineWidth} columns; linear in its length. Its first line is not indented, the others as it stands at `depth`. */
export function print(piece: Piece, depth = 0): string {
  const out: Output = { texts: [], column: depth * 2, pending: -1, isBroken: false };
  printPiece(out, piece, depth, false, undefined);
  if (out.isBroken) out.texts.push("\n");
  return out.texts.length === 1 ? (out.texts[0] as string) : out.texts.join("");
}

function write(out: Output, text: string): void {
  if (text === "") return;
  if (out.isBroken) {
    out.texts.push((breaks[out.pending] ??= `\n${"  ".repeat(out.pending)}`));
    out.column = out.pending * 2;
    out.isBroken = false;
    out.pending = -1;
  }
  out.texts.push(text);
  out.column += text.length;
}

function breakLine(out: Output, depth: number): void {
  if (out.isBroken) out.texts.push("\n");
  out.isBroken = true;
  out.column = 0;
  out.pending = depth;
}

function column(out: Output): number {
  return out.isBroken ? out.pending * 2 : out.column;
}

function printPiece(out: Output, piece: Piece, depth: number, flat: boolean, rest: Rest | undefined): void {
  if (typeof piece === "string") write(out, piece);
  else if (typeof piece === "number") write(out, String(piece));
  else printNode(out, piece, depth, flat, rest);
}

function printNode(out: Output, node: Node, depth: number, flat: boolean, rest: Rest | undefined): void {
  switch (node.kind) {
    case "template":
      return printTemplate(out, node, depth, flat, rest);
    case "lines":
      return printLines(out, node.items, depth, node.blank);
    case "block":
      return printBlock(out, node.text, depth);
    case "lazy":
      if (flat || fits(out, node, true, rest)) return write(out, node.flat);
      return printNode(out, node.expand(), depth, false, rest);
    case "line":
      return flat && !node.hard ? write(out, node.flat) : breakLine(out, depth);
    case "if-broken":
      return write(out, flat ? node.flat : node.broken);
    case "concat":
      return printParts(out, node.parts, depth, flat, rest);
    case "indent":
      return printPiece(out, node.contents, depth + 1, flat, rest);
    case "group": {
      const fitting = !node.hard && (flat || fits(out, (node.flat ?? node.contents) as Piece, true, rest));
      if (fitting && node.flat !== undefined) return write(out, node.flat);
      return printPiece(out, node.contents, depth, fitting, rest);
    }
    case "choice":
      return printChoice(out, node.states, depth, rest);
    case "fluid": {
      if (flat || fits(out, node.right, false, rest, 1)) {
        write(out, " ");
        return printPiece(out, node.right, depth, flat, rest);
      }
      breakLine(out, depth + 1);
      return printPiece(out, node.right, depth + 1, flat, rest);
    }
  }
}

function printBlock(out: Output, text: string, depth: number): void {
  text.split("\n").forEach((line, index) => {
    if (index > 0) breakLine(out, line === "" ? 0 : depth);
    write(out, line);
  });
}

function printParts(out: Output, parts: readonly Piece[], depth: number, flat: boolean, rest: Rest | undefined): void {
  let behind = rest;
  const rests: (Rest | undefined)[] = [];
  for (let index = parts.length - 1; index >= 0; index--) {
    rests[index] = behind;
    behind = { piece: parts[index] as Piece, flat, next: behind };
  }
  parts.forEach((part, index) => printPiece(out, part, depth, flat, rests[index]));
}

function printChoice(out: Output, states: readonly Piece[], depth: number, rest: Rest | undefined): void {
  for (let index = 0; index < states.length - 1; index++) {
    const state = states[index] as Piece;
    if (fits(out, state, true, rest)) return printPiece(out, state, depth, true, rest);
  }
  printPiece(out, states.at(-1) as Piece, depth, false, rest);
}

function printLines(out: Output, items: readonly Piece[], depth: number, blank: boolean): void {
  let first = true;
  for (const item of items) {
    if (isEmpty(item)) continue;
    if (!first) {
      if (blank) breakLine(out, 0);
      breakLine(out, depth);
    }
    first = false;
    printPiece(out, item, depth, false, undefined);
  }
}

/** The text of a hole that certainly fits into the rest of its line. */
function fittingText(
  out: Output,
  hole: Hole,
  op: Extract<ShapeOp, { kind: "hole" }>,
  rest: Rest | undefined,
): string | undefined {
  if (hole === undefined) return "";
  if (typeof hole !== "object") return String(hole);
  if (!("kind" in hole) || (hole.kind !== "lazy" && hole.kind !== "group")) return undefined;
  if (op.tail < 0 || (op.isLast && rest !== undefined)) return undefined;
  const text = flatOf(hole);
  return text !== undefined && column(out) + text.length + op.tail <= lineWidth ? text : undefined;
}

function printTemplate(out: Output, node: TemplateNode, depth: number, flat: boolean, rest: Rest | undefined): void {
  const { ops } = node.shape;
  let skipBreak = false;
  for (let index = 0; index < ops.length; index++) {
    const op = ops[index];
    if (op === undefined) continue;
    if (op.kind === "text") write(out, op.text);
    else if (op.kind === "break") {
      if (!skipBreak) breakLine(out, depth + op.depth);
      else if (out.isBroken) out.pending = depth + op.depth;
      skipBreak = false;
    } else {
      const hole = node.holes[op.index];
      const drop = op.alone && isEmpty(hole);
      if (!drop) {
        if (op.breakBefore && !skipBreak) breakLine(out, depth + op.depth);
        const text = fittingText(out, hole, op, rest);
        if (text === undefined) printHole(out, hole, depth + op.depth, flat, holeRest(hole, node, index, flat, rest));
        else write(out, text);
        skipBreak = false;
      } else if (!op.breakBefore) skipBreak = true;
    }
  }
}

function printHole(out: Output, hole: Hole, depth: number, flat: boolean, rest: Rest | undefined): void {
  if (hole === undefined) return;
  if (typeof hole === "object" && !("kind" in hole)) return printLines(out, hole, depth, false);
  printPiece(out, hole, depth, flat, rest);
}

/** What follows a hole in its template; only trees ask for it. */
function holeRest(
  hole: Hole,
  node: TemplateNode,
  index: number,
  flat: boolean,
  rest: Rest | undefined,
): Rest | undefined {
  if (typeof hole !== "object") return undefined;
  const following = node.shape.ops[index + 1];
  if (following === undefined) return rest;
  if (following.kind === "text" && node.shape.ops[index + 2] === undefined) {
    return { piece: following.text as Piece, flat, next: rest };
  }
  const tail: TemplateNode = { ...node, shape: { ops: node.shape.ops.slice(index + 1), lines: 1 } };
  return { piece: tail, flat, next: rest };
}

/**
 * True when `piece` (flat) and what follows it up to the first possible line break fit into the rest of the line.
 * `reserve`: columns to leave free before it.
 */
function fits(out: Output, piece: Piece, flat: boolean, rest: Rest | undefined, reserve = 0): boolean {
  const width = lineWidth - column(out) - reserve;
  // Counting lazy code in full errs on the safe side; its tree, with the lines where it may end, is asked only then.
  const guess: Measure = { width, ended: false, isGuess: true, isGuessed: false };
  if (hasRoom(guess, piece, flat, rest)) return true;
  return guess.isGuessed && hasRoom({ width, ended: false, isGuess: false, isGuessed: false }, piece, flat, rest);
}

function hasRoom(measure: Measure, piece: Piece, flat: boolean, rest: Rest | undefined): boolean {
  take(measure, piece, flat);
  for (let entry = rest; entry !== undefined && going(measure); entry = entry.next)
    take(measure, entry.piece, entry.flat);
  return measure.width >= 0;
}

interface Measure {
  width: number;
  /** A line break was reached. */
  ended: boolean;
  readonly isGuess: boolean;
  isGuessed: boolean;
}

function going(measure: Measure): boolean {
  return !measure.ended && measure.width >= 0;
}

function take(measure: Measure, piece: Piece, flat: boolean): void {
  if (typeof piece === "string") measure.width -= piece.length;
  else if (typeof piece === "number") measure.width -= String(piece).length;
  else takeNode(measure, piece, flat);
}

function takeNode(measure: Measure, node: Node, flat: boolean): void {
  switch (node.kind) {
    case "lazy":
      if (!flat && !measure.isGuess) return takeNode(measure, node.expand(), false);
      measure.width -= node.flat.length;
      if (!flat) measure.isGuessed = true;
      return;
    case "block":
      measure.width -= node.text.indexOf("\n");
      measure.ended = true;
      return;
    case "line":
      if (flat && !node.hard) measure.width -= node.flat.length;
      else measure.ended = true;
      return;
    case "if-broken":
      measure.width -= (flat ? node.flat : node.broken).length;
      return;
    case "concat":
      return takeAll(measure, node.parts, flat);
    case "indent":
      return take(measure, node.contents, flat);
    case "group":
      return take(measure, node.contents, flat && !node.hard);
    case "choice":
      return take(measure, (flat ? node.states[0] : node.states.at(-1)) as Piece, flat);
    case "fluid":
      if (!flat) {
        measure.ended = true;
        return;
      }
      measure.width -= 1;
      return take(measure, node.right, flat);
    case "lines":
      if (node.items[0] !== undefined) take(measure, node.items[0], false);
      if (node.items.length > 1) measure.ended = true;
      return;
    case "template":
      return takeTemplate(measure, node, flat);
  }
}

function takeAll(measure: Measure, parts: readonly Piece[], flat: boolean): void {
  for (const part of parts) {
    if (!going(measure)) return;
    take(measure, part, flat);
  }
}

function takeTemplate(measure: Measure, node: TemplateNode, flat: boolean): void {
  for (const op of node.shape.ops) {
    if (!going(measure)) return;
    if (op.kind === "text") measure.width -= op.text.length;
    else if (op.kind === "break" || op.breakBefore) measure.ended = true;
    else takeHole(measure, node.holes[op.index], flat);
  }
}

function takeHole(measure: Measure, hole: Hole, flat: boolean): void {
  if (hole === undefined) return;
  if (typeof hole === "object" && !("kind" in hole)) {
    if (hole[0] !== undefined) take(measure, hole[0], false);
    if (hole.length > 1) measure.ended = true;
  } else take(measure, hole, flat);
}
