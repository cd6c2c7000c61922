/** A template literal taken apart once: text, line breaks (their depth) and holes. */
export interface Shape {
  readonly ops: readonly ShapeOp[];
  readonly lines: number;
}

export type ShapeOp =
  | { readonly kind: "text"; readonly text: string }
  /** `isBlank`: nothing follows on the line. */
  | { readonly kind: "break"; readonly depth: number; readonly isBlank: boolean }
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

/** Takes a template literal apart: indentation of the literal itself is removed, a first and a last line without text are dropped. */
export function shapeFromStrings(strings: TemplateStringsArray): Shape {
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
  if (breakBefore) ops.push({ kind: "break", depth, isBlank: parts.length === 0 });
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
