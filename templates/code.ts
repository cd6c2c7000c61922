/**
 * The pieces that generated code is made of. A template literal tagged with {@link code} reads like its output and takes
 * only branded pieces, so text from a schema cannot become code by accident: it has to pass through `ident`,
 * `stringLiteral` or `docComment` first.
 */

import { deeper, fill, type Frame, frameFromStrings, lineBreak } from "./fill.ts";
import { type Shape, shapeFromStrings } from "./shape.ts";

declare const brand: unique symbol;

/** A name that may stand in code. Made by `naming.ts` only. */
export type Ident = string & { readonly [brand]: "Ident" };
/** A literal: string, number, bigint or regular expression, with its delimiters. */
export type Literal = string & { readonly [brand]: "Literal" };
/** A whole comment with its delimiters. */
export type Comment = string & { readonly [brand]: "Comment" };
/** Code on one line without a place where it may be broken. */
export type FlatCode = string & { readonly [brand]: "Code" };
/** Code: flat text, or a tree that {@link print} lays out. */
export type Code = FlatCode | Node;

/** What may stand in a hole of {@link code}. Lists and nothing at all are allowed where the hole has its line to itself. */
export type Piece = Ident | Literal | Comment | Code | number;
export type Hole = Piece | readonly Piece[] | undefined;

/** A place where a line may be broken: nothing or a space when the group around it is flat. `hard` always breaks. */
export interface LineNode {
  readonly kind: "line";
  readonly flat: "" | " ";
  readonly hard: boolean;
}

/** Pieces one after the other. */
export interface ConcatNode {
  readonly kind: "concat";
  readonly parts: readonly Piece[];
  readonly flat: string | undefined;
  readonly hard: boolean;
}

/** Contents whose line breaks are one level deeper. */
export interface IndentNode {
  readonly kind: "indent";
  readonly contents: Piece;
  readonly flat: string | undefined;
  readonly hard: boolean;
}

/** Contents that are flat when they fit into the line and otherwise broken at all their own lines. */
export interface GroupNode {
  readonly kind: "group";
  readonly contents: Piece;
  readonly flat: string | undefined;
  /** Always broken. */
  readonly hard: boolean;
}

/** The first state that fits is taken, else the last. */
export interface ChoiceNode {
  readonly kind: "choice";
  readonly states: readonly Piece[];
  readonly flat: string | undefined;
  readonly hard: boolean;
}

/** Text that depends on whether the group around it is broken. */
export interface IfBrokenNode {
  readonly kind: "if-broken";
  readonly broken: string;
  readonly flat: string;
  readonly hard: false;
}

/** `left = right`, where the break after `=` is taken only when the first part of `right` does not fit. */
export interface FluidNode {
  readonly kind: "fluid";
  readonly right: Piece;
  readonly flat: string | undefined;
  readonly hard: boolean;
}

/** A template literal with its holes filled. */
export interface TemplateNode {
  readonly kind: "template";
  readonly flat: undefined;
  readonly shape: Shape;
  readonly holes: readonly Hole[];
  readonly hard: boolean;
}

/** Statements or members, one below the other. */
export interface LinesNode {
  readonly kind: "lines";
  readonly flat: undefined;
  readonly items: readonly Piece[];
  /** Blank lines between them. */
  readonly blank: boolean;
  readonly hard: boolean;
}

/** Code that nearly always fits into its line: the text it then is, and the tree, made only when it does not fit. */
export interface LazyNode {
  readonly kind: "lazy";
  readonly flat: string;
  /** What the tree is: `brace` opens with a brace, `group` breaks as a whole, `short-call` has one short argument. */
  readonly shape: "brace" | "group" | "short-call" | "other";
  readonly hard: false;
  expand(): Node;
}

/** Lines that are laid out already, as they stand at depth 0. Only while code is written straight: {@link straight}. */
export interface BlockNode {
  readonly kind: "block";
  readonly flat: undefined;
  readonly text: string;
  readonly hard: true;
}

export type Node =
  | BlockNode
  | LazyNode
  | LineNode
  | ConcatNode
  | IndentNode
  | GroupNode
  | ChoiceNode
  | IfBrokenNode
  | FluidNode
  | TemplateNode
  | LinesNode;

/** The text of code on one line, or `undefined` when it cannot be on one line or has lines of its own. */
export function flatOf(hole: Hole): string | undefined {
  if (typeof hole === "string") return hole;
  if (hole === undefined) return "";
  if (typeof hole === "number") return String(hole);
  return "kind" in hole && !hole.hard ? hole.flat : undefined;
}

/**
 * How code is put together just now. Most code is made of lines that fit, so {@link straight} first writes it as text, as if every
 * line did; trees, which know where lines may break, are built only for code that turns out to have a longer one.
 */
const mode: { isStraight: boolean; isLost: boolean } = { isStraight: false, isLost: false };

/** True while code is written as text, in lines that need not fit. */
export function isStraight(): boolean {
  return mode.isStraight;
}

/** Tells {@link straight} that only a tree can say how the code is laid out. */
export function lose(): FlatCode {
  mode.isLost = true;
  return nothing;
}

/**
 * The text that `make` becomes when all of its lines fit, as it stands at depth 0; `undefined` when only a tree can say. The
 * caller looks whether they do fit, and else has to call `make` again by {@link treeOf}.
 */
export function straight(make: () => Piece | readonly Piece[]): string | undefined {
  const { isStraight: wasStraight, isLost: wasLost } = mode;
  mode.isStraight = true;
  mode.isLost = false;
  try {
    const text = textOf(make(), 0);
    return mode.isLost ? undefined : text;
  } finally {
    mode.isStraight = wasStraight;
    mode.isLost = wasLost;
  }
}

/** What `make` gives as a tree, and what `use` makes of it. */
export function treeOf<T>(make: () => Piece | readonly Piece[], use: (made: Piece | readonly Piece[]) => T): T {
  const { isStraight: wasStraight } = mode;
  mode.isStraight = false;
  try {
    return use(make());
  } finally {
    mode.isStraight = wasStraight;
  }
}

/** The text of a hole whose lines stand at `depth`, while code is written straight. */
function textOf(hole: Hole, depth: number): string {
  if (typeof hole === "string") return hole;
  if (typeof hole !== "object") return hole === undefined ? "" : String(hole);
  if (!("kind" in hole)) return listText(hole, depth);
  return hole.kind === "block" ? deeper(hole.text, depth) : inLine(hole);
}

function listText(items: readonly Piece[], depth: number): string {
  let text = "";
  for (const item of items) {
    if (isEmpty(item)) continue;
    if (text !== "") text += lineBreak(depth);
    text += textOf(item, depth);
  }
  return text;
}

/** The text of a hole that has to stand on one line, while code is written straight. */
export function inLine(hole: Hole): string {
  if (typeof hole === "string") return hole;
  return flatOf(hole) ?? lose();
}

/** Lines as they stand at depth 0; plain text when there is only one. */
export function block(text: string): Code {
  return text.includes("\n") ? { kind: "block", flat: undefined, text, hard: true } : (text as FlatCode);
}

const shapes = new WeakMap<TemplateStringsArray, Shape>();
const frames = new WeakMap<TemplateStringsArray, Frame>();
const lineFeed = 10;

/**
 * Code from a template literal. Indentation of the literal itself is removed; what stands in a hole is indented like the
 * line it stands on; a hole alone on its line takes a list, and vanishes with its line when it is empty. A literal of several
 * lines opens with a line break.
 */
export function code(strings: TemplateStringsArray, ...holes: readonly Hole[]): Code {
  if (mode.isStraight) return straightCode(strings, holes);
  let shape = shapes.get(strings);
  if (shape === undefined) shapes.set(strings, (shape = shapeFromStrings(strings)));
  if (shape.lines > 1) return { kind: "template", flat: undefined, shape, holes, hard: true };
  return oneLine(strings, shape, holes);
}

function straightCode(strings: TemplateStringsArray, holes: readonly Hole[]): Code {
  let text = strings[0] as string;
  if (text.charCodeAt(0) !== lineFeed) {
    for (let index = 0; index < holes.length; index++) text += inLine(holes[index]) + (strings[index + 1] as string);
    return text as FlatCode;
  }
  let frame = frames.get(strings);
  if (frame === undefined) frames.set(strings, (frame = frameFromStrings(strings, 0)));
  return block(fill(frame, holes, textOf));
}

/** Code on one line that is made of words and literals, without a place where it may be broken. */
export function words(
  strings: TemplateStringsArray,
  ...holes: readonly (Ident | Literal | Comment | FlatCode | number | undefined)[]
): FlatCode {
  let text = strings[0] as string;
  for (let index = 0; index < holes.length; index++) {
    const hole = holes[index];
    text += hole === undefined ? strings[index + 1] : String(hole) + (strings[index + 1] as string);
  }
  return text as FlatCode;
}

/** Plain text when all holes are; lazy when all can be laid out on their own. */
function oneLine(strings: TemplateStringsArray, shape: Shape, holes: readonly Hole[]): Code {
  let text = strings[0] ?? "";
  let isPlain = true;
  for (let index = 0; index < holes.length; index++) {
    const hole = holes[index];
    if (typeof hole === "object") {
      isPlain = false;
      if (
        !("kind" in hole) ||
        hole.hard ||
        (hole.kind !== "lazy" && hole.kind !== "group") ||
        hole.flat === undefined
      ) {
        return templateOf(shape, holes);
      }
      text += hole.flat;
    } else if (hole !== undefined) text += hole;
    text += strings[index + 1] ?? "";
  }
  if (isPlain) return text as FlatCode;
  return lazy(text, "other", () => templateOf(shape, holes));
}

function templateOf(shape: Shape, holes: readonly Hole[]): TemplateNode {
  return { kind: "template", flat: undefined, shape, holes, hard: holes.some(isHard) };
}

/** See {@link LazyNode}. Only for trees whose lines all stand in groups: others break without being asked whether they fit. */
export function lazy(flat: string, shape: LazyNode["shape"], build: () => Node): LazyNode {
  let built: Node | undefined;
  return { kind: "lazy", flat, shape, hard: false, expand: () => (built ??= build()) };
}

/** True when the code cannot be on one line. */
export function isHard(hole: Hole): boolean {
  if (typeof hole !== "object") return false;
  return "kind" in hole ? hole.hard : hole.some(isHard);
}

/** True for a hole that prints nothing. */
export function isEmpty(hole: Hole): boolean {
  if (hole === undefined || hole === "") return true;
  if (typeof hole !== "object") return false;
  if (!("kind" in hole)) return hole.every(isEmpty);
  if (hole.kind === "block") return hole.text === "";
  return hole.kind === "lines" && hole.items.every(isEmpty);
}

/** Nothing: a line with only this in it vanishes. */
export const nothing: FlatCode = "" as FlatCode;
