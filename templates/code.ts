/**
 * The pieces that generated code is made of. A template literal tagged with {@link code} reads like its output and takes
 * only branded pieces, so text from a schema cannot become code by accident: it has to pass through `ident`,
 * `stringLiteral` or `docComment` first.
 */

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
  /** What the tree is: `brace` opens with a brace, `group` breaks as a whole. */
  readonly shape: "brace" | "group" | "other";
  readonly hard: false;
  expand(): Node;
}

export type Node =
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

/** A template literal taken apart once: text, line breaks (their depth) and holes. */
export interface Shape {
  readonly ops: readonly ShapeOp[];
  readonly lines: number;
}

export type ShapeOp =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "break"; readonly depth: number }
  /** `alone`: nothing else is on the line, so the line goes when the hole is empty. `breakBefore`: its line break. */
  | {
      readonly kind: "hole";
      readonly index: number;
      readonly depth: number;
      readonly alone: boolean;
      readonly breakBefore: boolean;
      /** Columns of the text behind it up to the end of its line; -1 when another hole follows. */
      readonly tail: number;
      /** The line ends with the template, so what follows the template follows here. */
      readonly isLast: boolean;
    };

const shapes = new WeakMap<TemplateStringsArray, Shape>();

/**
 * Code from a template literal. Indentation of the literal itself is removed; what stands in a hole is indented like the
 * line it stands on; a hole alone on its line takes a list, and vanishes with its line when it is empty.
 */
export function code(strings: TemplateStringsArray, ...holes: readonly Hole[]): Code {
  let shape = shapes.get(strings);
  if (shape === undefined) shapes.set(strings, (shape = shapeFromStrings(strings)));
  if (shape.lines > 1) return { kind: "template", flat: undefined, shape, holes, hard: true };
  return oneLine(strings, shape, holes);
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
  return hole.kind === "lines" && hole.items.every(isEmpty);
}

/** Nothing: a line with only this in it vanishes. */
export const nothing: FlatCode = "" as FlatCode;

function shapeFromStrings(strings: TemplateStringsArray): Shape {
  if (!strings.some((text) => text.includes("\n"))) return { ops: withTails(opsOfLine(strings, 0)), lines: 1 };
  const lines = linesOf(strings);
  const base = Math.min(...lines.filter((line) => !isBlank(line)).map(indentation));
  const ops: ShapeOp[] = [];
  lines.forEach((line, index) => {
    const depth = isBlank(line) ? 0 : (indentation(line) - base) / 2;
    pushLine(ops, trimStart(line), depth, index > 0);
  });
  return { ops: withTails(ops), lines: lines.length };
}

function withTails(ops: readonly ShapeOp[]): ShapeOp[] {
  return ops.map((op, index) => {
    if (op.kind !== "hole") return op;
    const next = ops[index + 1];
    const text = next?.kind === "text" ? next.text.length : 0;
    const behind = ops[text > 0 ? index + 2 : index + 1];
    const isEnd = behind === undefined || behind.kind === "break" || (behind.kind === "hole" && behind.breakBefore);
    return { ...op, tail: isEnd ? text : -1, isLast: behind === undefined };
  });
}

type LinePart = string | number;

/** Splits the literal into lines of text and hole numbers; a first and a last line without text are dropped. */
function linesOf(strings: TemplateStringsArray): LinePart[][] {
  const lines: LinePart[][] = [[]];
  strings.forEach((text, index) => {
    text.split("\n").forEach((piece, position) => {
      if (position > 0) lines.push([]);
      if (piece !== "") lines.at(-1)?.push(piece);
    });
    if (index < strings.length - 1) lines.at(-1)?.push(index);
  });
  if (isBlank(lines[0] ?? [])) lines.shift();
  if (isBlank(lines.at(-1) ?? [])) lines.pop();
  return lines;
}

function isBlank(line: readonly LinePart[]): boolean {
  return line.every((part) => typeof part === "string" && part.trim() === "");
}

function indentation(line: readonly LinePart[]): number {
  const first = line[0];
  return typeof first === "string" ? first.length - first.trimStart().length : 0;
}

function trimStart(line: readonly LinePart[]): LinePart[] {
  const [first, ...rest] = line;
  if (typeof first !== "string") return [...line];
  const text = first.trimStart();
  return text === "" ? rest : [text, ...rest];
}

function pushLine(ops: ShapeOp[], parts: readonly LinePart[], depth: number, breakBefore: boolean): void {
  const [only] = parts;
  if (parts.length === 1 && typeof only === "number") {
    ops.push({ kind: "hole", index: only, depth, alone: true, breakBefore, tail: -1, isLast: false });
    return;
  }
  if (breakBefore) ops.push({ kind: "break", depth });
  for (const part of parts) {
    if (typeof part === "string") ops.push({ kind: "text", text: part });
    else ops.push({ kind: "hole", index: part, depth, alone: false, breakBefore: false, tail: -1, isLast: false });
  }
}

function opsOfLine(strings: TemplateStringsArray, depth: number): ShapeOp[] {
  const ops: ShapeOp[] = [];
  strings.forEach((text, index) => {
    if (text !== "") ops.push({ kind: "text", text });
    if (index < strings.length - 1)
      ops.push({ kind: "hole", index, depth, alone: false, breakBefore: false, tail: -1, isLast: false });
  });
  return ops;
}
