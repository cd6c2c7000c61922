/**
 * Words for code that may be longer than a line. Each lays its parts out as prettier does, so that generated files pass
 * `prettier --check` without anybody running prettier on them.
 */

import type {
  BlockNode,
  ChoiceNode,
  Code,
  ConcatNode,
  FlatCode,
  FluidNode,
  GroupNode,
  IfBrokenNode,
  LazyNode,
  LineNode,
  Literal,
  Node,
  Piece,
} from "./code.ts";
import { block, flatOf, inLine, isEmpty, isHard, isStraight, lazy, lose } from "./code.ts";
import { deeper } from "./fill.ts";
import { lineWidth } from "./print.ts";

/** Nothing when flat, else a line break. */
export const softLine: LineNode = { kind: "line", flat: "", hard: false };
/** A space when flat, else a line break. */
export const spaceLine: LineNode = { kind: "line", flat: " ", hard: false };
/** Always a line break. */
export const hardLine: LineNode = { kind: "line", flat: "", hard: true };

const trailingComma: IfBrokenNode = { kind: "if-broken", broken: ",", flat: "", hard: false };

/** Text of our own as code; for words of layout only. */
export function raw(text: string): FlatCode {
  return text as FlatCode;
}

/** Pieces one after the other; flat text when all are. */
export function concat(...parts: readonly Piece[]): Code {
  if (isStraight()) return straightly(parts);
  let flat: string | undefined = "";
  let isPlain = true;
  for (const part of parts) {
    if (typeof part === "object") isPlain = false;
    const text: string | undefined = flat === undefined ? undefined : flatOf(part);
    flat = text === undefined ? undefined : flat + text;
  }
  if (isPlain && flat !== undefined) return raw(flat);
  return { kind: "concat", parts, flat, hard: parts.some(isHard) } satisfies ConcatNode;
}

function straightly(parts: readonly Piece[]): FlatCode {
  let text = "";
  for (const part of parts) text += inLine(part);
  return raw(text);
}

/** Contents one level deeper. */
export function indent(...parts: readonly Piece[]): Code {
  if (isStraight()) return straightly(parts);
  const contents = concat(...parts);
  return { kind: "indent", contents, flat: flatOf(contents), hard: isHard(contents) };
}

/** Flat when it fits, else broken at each of its own lines. */
export function group(...parts: readonly Piece[]): Code {
  if (isStraight()) return straightly(parts);
  const contents = concat(...parts);
  return { kind: "group", contents, flat: flatOf(contents), hard: isHard(contents) } satisfies GroupNode;
}

function brokenGroup(...parts: readonly Piece[]): Code {
  return { kind: "group", contents: concat(...parts), flat: undefined, hard: true } satisfies GroupNode;
}

/** `left` + `right` on one line, or `undefined` when one of them has lines of its own. */
export function joined(left: Piece, between: string, right: Piece): string | undefined {
  const first = flatOf(left);
  const second = flatOf(right);
  return first === undefined || second === undefined ? undefined : first + between + second;
}

function joinedAll(pieces: readonly Piece[]): string | undefined {
  let text = "";
  for (let index = 0; index < pieces.length; index++) {
    const flat = flatOf(pieces[index]);
    if (flat === undefined) return undefined;
    text += index === 0 ? flat : `, ${flat}`;
  }
  return text;
}

/** Lazy code when its text on one line is known. */
export function lazily(flat: string | undefined, shape: LazyNode["shape"], build: () => Node): Code {
  if (isStraight()) return flat === undefined ? lose() : raw(flat);
  return flat === undefined ? build() : lazy(flat, shape, build);
}

/** True for code without a place to break. */
export function isFlat(piece: Piece): boolean {
  return typeof piece !== "object";
}

/** Pieces with a separator between them. */
export function join(pieces: readonly Piece[], separator: Piece): Code {
  if (isStraight()) return raw(pieces.map(inLine).join(inLine(separator)));
  const parts: Piece[] = [];
  for (const piece of pieces) {
    if (parts.length > 0) parts.push(separator);
    parts.push(piece);
  }
  return concat(...parts);
}

const commaLine = concat(raw(","), spaceLine);

/** Declarations with blank lines between them. */
export function sections(...items: readonly Piece[]): Code {
  if (isStraight()) return block(linesOf(items).join("\n\n"));
  const kept = items.filter((item) => item !== "");
  return { kind: "lines", flat: undefined, items: kept, blank: true, hard: kept.length > 1 || kept.some(isHard) };
}

/** Lines one below the other. */
export function lines(...items: readonly Piece[]): Code {
  if (isStraight()) return block(linesOf(items).join("\n"));
  const kept = items.filter((item) => item !== "");
  return { kind: "lines", flat: undefined, items: kept, blank: false, hard: kept.length > 1 || kept.some(isHard) };
}

function linesOf(items: readonly Piece[]): string[] {
  return items.filter((item) => !isEmpty(item)).map(blockText);
}

/** The lines of code as they stand at depth 0, while it is written straight. */
function blockText(piece: Piece): string {
  return typeof piece === "object" && piece.kind === "block" ? piece.text : inLine(piece);
}

/** `{ a, b }` of an import or export: one line when it fits. */
export function specifiers(names: readonly Piece[]): Code {
  const [only] = names;
  if (names.length === 1 && only !== undefined) return concat(raw("{ "), only, raw(" }"));
  return group(raw("{"), indent(spaceLine, join(names, commaLine)), trailingComma, spaceLine, raw("}"));
}

/** An object literal with one entry per line. */
export function object(entries: readonly Piece[]): Code {
  if (entries.length === 0) return raw("{}");
  if (isStraight()) return block(`{${entries.map((item) => `\n  ${deeper(blockText(item), 1)},`).join("")}\n}`);
  return group(raw("{"), indent(...entries.flatMap((item) => [hardLine, item, raw(",")])), hardLine, raw("}"));
}

/** An object literal on one line when it fits. */
export function inlineObject(entries: readonly Piece[]): Code {
  if (entries.length === 0) return raw("{}");
  const flat = joinedAll(entries);
  return lazily(flat === undefined ? undefined : `{ ${flat} }`, "brace", () =>
    tree(group(raw("{"), indent(spaceLine, join(entries, commaLine)), trailingComma, spaceLine, raw("}"))),
  );
}

/** Words that hold lines are never plain text. */
export function tree(built: Code): Node {
  if (typeof built === "string") throw new TypeError("code with places to break is a tree");
  return built;
}

/** An array literal on one line when it fits. Not for two or more numbers, which prettier fills. */
export function array(items: readonly Piece[]): Code {
  if (items.length === 0) return raw("[]");
  return group(raw("["), indent(softLine, join(items, commaLine)), trailingComma, softLine, raw("]"));
}

/** `callee(a, b)`. An object or a function as last argument hugs the parentheses. */
export function call(callee: Piece, args: readonly Piece[]): Code {
  if (args.length === 0) return concat(callee, raw("()"));
  const head = flatOf(callee);
  if (args.length === 1 && isBlock(args[0])) return block(`${inLine(callee)}(${args[0].text})`);
  const flat = head === undefined ? undefined : joinedAll(args);
  const shape = args.length === 1 && isShortArgument(args[0]) ? "short-call" : "other";
  return lazily(flat === undefined ? undefined : `${head}(${flat})`, shape, () => tree(callTree(callee, args)));
}

/** An object literal that is written straight. */
function isBlock(piece: Piece | undefined): piece is BlockNode {
  return typeof piece === "object" && piece.kind === "block" && piece.text.startsWith("{");
}

/** Parentheses around a lone argument like this are broken only when there is no other way. */
function isShortArgument(piece: Piece | undefined): boolean {
  return typeof piece === "string" ? piece.length <= shortArgument && shortWord.test(piece) : typeof piece === "number";
}

const shortArgument = 20;
const shortWord = /^(?:[\w$]+|"[^"]*")$/;

function callTree(callee: Piece, args: readonly Piece[]): Code {
  const last = args.at(-1) as Piece;
  const broken = brokenGroup(raw("("), indent(softLine, join(args, commaLine)), trailingComma, softLine, raw(")"));
  const before = args.at(-2);
  if (!isHuggable(last) || (before !== undefined && isHuggable(before))) {
    const flat = group(raw("("), indent(softLine, join(args, commaLine)), trailingComma, softLine, raw(")"));
    return concat(callee, flat);
  }
  const hugged = concat(raw("("), ...args.slice(0, -1).flatMap((arg) => [arg, raw(", ")]), last, raw(")"));
  const states: readonly Piece[] = isHard(last) ? [hugged, broken] : [hugged, hugging(args, last), broken];
  return concat(callee, { kind: "choice", states, flat: flatOf(hugged), hard: isHard(last) } satisfies ChoiceNode);
}

function hugging(args: readonly Piece[], last: Piece): Code {
  const opened = typeof last === "object" && last.kind === "lazy" ? last.expand() : last;
  const forced: Piece =
    typeof opened === "object" && opened.kind === "group" ? { ...opened, flat: undefined, hard: true } : opened;
  return concat(raw("("), ...args.slice(0, -1).flatMap((arg) => [arg, raw(", ")]), forced, raw(")"));
}

/** True for an object or a block that a call may close its parentheses around. */
export function isHuggable(piece: Piece): boolean {
  if (typeof piece !== "object") return false;
  if (piece.kind === "lazy") return piece.shape === "brace";
  if (piece.kind === "group") return isOpenBrace(piece.contents);
  return piece.kind === "template" && piece.hard;
}

function isOpenBrace(contents: Piece): boolean {
  return typeof contents === "object" && contents.kind === "concat" && contents.parts[0] === "{";
}

/** `left = right`; the line breaks after `=` when the beginning of `right` does not fit behind it. */
export function assign(left: Piece, right: Piece): Code {
  if (typeof right === "object" && right.kind === "lazy" && right.shape === "short-call")
    return assignBelow(left, right);
  return lazily(joined(left, " = ", right), "group", () => tree(group(left, raw(" ="), fluid(right))));
}

function fluid(right: Piece): FluidNode {
  const flat = flatOf(right);
  return { kind: "fluid", right, flat: flat === undefined ? undefined : ` ${flat}`, hard: isHard(right) };
}

/** `left = right`; the line breaks after `=` when not all of `right` fits behind it: operators, conditions. */
export function assignBelow(left: Piece, right: Piece): Code {
  return lazily(joined(left, " = ", right), "group", () =>
    tree(group(left, raw(" ="), group(indent(spaceLine, right)))),
  );
}

/** `const name: Type = value`: the arguments of the type break when even the left side does not fit. */
export function typedConstant(head: Piece, type: Piece, value: Piece): Code {
  return assign(group(head, raw(": "), type), value);
}

/** `(parameters) => body` on one line, or with the body below. */
export function arrow(parameters: readonly Piece[], body: Piece): Code {
  return concat(raw("("), join(parameters, raw(", ")), raw(") =>"), group(indent(spaceLine, body)));
}

const semicolonLine = concat(raw(";"), spaceLine);
const lastSemicolon: IfBrokenNode = { kind: "if-broken", broken: ";", flat: "", hard: false };

/** `{ readonly kind: "a"; readonly value: string }`: a type with members on one line when it fits. */
export function inlineObjectType(members: readonly Piece[]): Code {
  const texts = members.map(flatOf);
  const flat = texts.includes(undefined) ? undefined : `{ ${texts.join("; ")} }`;
  return lazily(flat, "brace", () =>
    tree(group(raw("{"), indent(spaceLine, join(members, semicolonLine)), lastSemicolon, spaceLine, raw("}"))),
  );
}

/** Numbers in an array literal whose items stand at `depth`: as many on a line as fit. */
export function numberArray(items: readonly Literal[], depth: number): Code {
  const rows = numberRows(items, lineWidth - depth * 2);
  if (isStraight()) return raw(`[${items.join(", ")}]`);
  const broken = concat(raw("["), indent(...rows.flatMap((row) => [hardLine, raw(row)])), raw(","), hardLine, raw("]"));
  const flat = raw(`[${items.join(", ")}]`);
  return { kind: "choice", states: [flat, broken], flat, hard: false } satisfies ChoiceNode;
}

function numberRows(items: readonly Literal[], width: number): string[] {
  const rows: string[] = [];
  let row = "";
  items.forEach((item, index) => {
    const text = index === items.length - 1 ? item : `${item},`;
    if (row === "") row = text;
    else if (row.length + 1 + text.length <= width) row += ` ${text}`;
    else {
      rows.push(row);
      row = text;
    }
  });
  return [...rows, row];
}

/** `Name<A, B>`. A lone simple argument stays with its brackets. */
export function generic(name: Piece, args: readonly Piece[]): Code {
  const [only] = args;
  if (args.length === 1 && only !== undefined && isSimpleType(only)) return concat(name, raw("<"), only, raw(">"));
  const head = flatOf(name);
  const flat = head === undefined ? undefined : joinedAll(args);
  return lazily(flat === undefined ? undefined : `${head}<${flat}>`, "other", () =>
    tree(concat(name, group(raw("<"), indent(softLine, join(args, commaLine)), softLine, raw(">")))),
  );
}

function isSimpleType(piece: Piece): boolean {
  return typeof piece === "string" && /^[\w$.]+$/.test(piece);
}

const barLine = concat(spaceLine, raw("| "));
const firstBar: IfBrokenNode = { kind: "if-broken", broken: "| ", flat: "", hard: false };

/** `A | B` behind a colon or an equals sign, one below the other when it does not fit; writes the space before it. */
export function unionBehind(members: readonly Piece[]): Code {
  const [only] = members;
  if (members.length === 1 && only !== undefined) return concat(raw(" "), only);
  if (isStraight()) return raw(` ${members.map(inLine).join(" | ")}`);
  const deeper = members.map((member) => (isFlat(member) ? member : indent(member)));
  return group(indent(spaceLine, group(firstBar, join(deeper, barLine))));
}

/** `A | B` as a type argument. */
export function unionArgument(members: readonly Piece[]): Code {
  const [only] = members;
  if (members.length === 1 && only !== undefined) return concat(only);
  return group(firstBar, join(members, barLine));
}

/** `name(parameters): Result`, broken at the parameters. */
export function signature(name: Piece, parameters: readonly Piece[], result: Piece): Code {
  if (parameters.length === 0) return concat(name, raw("(): "), result);
  const flat = joinedAll(parameters);
  const head = joined(name, `(${flat}): `, result);
  return lazily(flat === undefined ? undefined : head, "group", () => tree(signatureTree(name, parameters, result)));
}

function signatureTree(name: Piece, parameters: readonly Piece[], result: Piece): Code {
  return group(name, parameterParts(parameters), raw(": "), result);
}

function parameterParts(parameters: readonly Piece[]): Code {
  return concat(raw("("), indent(softLine, join(parameters, commaLine)), trailingComma, softLine, raw(")"));
}

/** `name(parameters): A | B`, where the members of the union may stand one below the other. */
export function signatureOfUnion(name: Piece, parameters: readonly Piece[], members: readonly Piece[]): Code {
  return group(name, parameterParts(parameters), raw(":"), unionBehind(members));
}

/** `(a, b)` of a declaration without result type: a constructor. */
export function parameterList(parameters: readonly Piece[]): Code {
  return group(raw("("), indent(softLine, join(parameters, commaLine)), trailingComma, softLine, raw(")"));
}

/** Behind keys shorter than this prettier never breaks the line: nothing would be won. */
const shortKey = 5;

/** `name: value` of an object literal; the line breaks behind the colon when the beginning of the value does not fit. */
export function entry(name: Piece, value: Piece): Code {
  if (typeof name === "string" && name.length < shortKey && isFlat(value)) return concat(name, raw(": "), value);
  return lazily(joined(name, ": ", value), "group", () => tree(group(name, raw(":"), fluid(value))));
}

/** `name: a && b` of an object literal; the line breaks behind the colon when not all of the value fits. */
export function entryBelow(name: Piece, value: Piece): Code {
  return lazily(joined(name, ": ", value), "group", () => tree(group(name, raw(":"), group(indent(spaceLine, value)))));
}

/** A call without side effects: bundlers drop it when nobody uses its result. */
export function pureCall(callee: Piece, args: readonly Piece[]): Code {
  return call(concat(raw("/*@__PURE__*/ "), callee), args);
}
