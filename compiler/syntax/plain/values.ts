import type {
  AnnotationArgumentNode,
  AnnotationNode,
  Identifier,
  ListValue,
  MapTypeNode,
  NamedTypeNode,
  RangeValue,
  RecordValue,
  TypeNode,
  ValueNode,
} from "../ast.ts";
import { decodeDuration, decodeSize } from "../literals.ts";
import * as patterns from "../patterns.ts";
import {
  AT,
  CLOSE_ANGLE,
  CLOSE_BRACE,
  CLOSE_PAREN,
  CLOSE_SQUARE,
  COLON,
  COMMA,
  type Cursor,
  OPEN_ANGLE,
  OPEN_BRACE,
  OPEN_PAREN,
  OPEN_SQUARE,
} from "./cursor.ts";

/** What most nodes have of something that few have; nobody may add to it. */
export const NONE: readonly never[] = Object.freeze([]);
/** Lists of lists of lists: more is for the grammar. */
const MAX_LIST_SUFFIXES = 4;

/** Reads one or more of something, with a sign between them. */
export function readList<T>(cursor: Cursor, separator: number, read: (cursor: Cursor) => T): T[] {
  const list = [read(cursor)];
  while (cursor.skipIf(separator)) list.push(read(cursor));
  return list;
}

/** Reads what stands between an opening bracket, which was read, and its closing one, with commas. */
export function readItems<T>(cursor: Cursor, close: number, read: (cursor: Cursor) => T): T[] {
  if (cursor.skipIf(close)) return [];
  const items = cursor.inside(() => readList(cursor, COMMA, read));
  cursor.skip(close);
  return items;
}

export function readType(cursor: Cursor): TypeNode {
  let type: TypeNode = readNamedType(cursor);
  const { start } = type.span;
  for (let count = 0; cursor.skipIf(OPEN_SQUARE); count++) {
    if (count === MAX_LIST_SUFFIXES) cursor.leave();
    cursor.skip(CLOSE_SQUARE);
    type = { kind: "list_type", element: type, span: cursor.spanFrom(start) };
  }
  return type;
}

function readNamedType(cursor: Cursor): NamedTypeNode | MapTypeNode {
  const name = cursor.readQualifiedName();
  if (!cursor.skipIf(OPEN_ANGLE)) return { kind: "named_type", name, arguments: NONE, span: name.span };
  const given = cursor.inside(() => readList(cursor, COMMA, readType));
  cursor.skip(CLOSE_ANGLE);
  const span = cursor.spanFrom(name.span.start);
  if (name.text !== "map") return { kind: "named_type", name, arguments: given, span };
  const [key, value] = given;
  if (key === undefined || value === undefined || given.length > 2) return cursor.leave();
  return { kind: "map_type", key, value, span };
}

/** `@name(arguments)`, as often as they stand there. */
export function readAnnotations(cursor: Cursor): readonly AnnotationNode[] {
  if (cursor.peek() !== AT) return NONE;
  const list = [readAnnotation(cursor)];
  while (cursor.peek() === AT) list.push(readAnnotation(cursor));
  return list;
}

export function readAnnotation(cursor: Cursor): AnnotationNode {
  const start = cursor.start();
  cursor.skip(AT);
  const name = cursor.readQualifiedName();
  const hasArgumentList = cursor.skipIf(OPEN_PAREN);
  const given = hasArgumentList ? readItems(cursor, CLOSE_PAREN, readArgument) : NONE;
  return { kind: "annotation", name, arguments: given, hasArgumentList, span: cursor.spanFrom(start) };
}

function readArgument(cursor: Cursor): AnnotationArgumentNode {
  const start = cursor.start();
  const name = argumentName(cursor);
  const value = readValue(cursor);
  const span = cursor.spanFrom(start);
  return name === undefined ? { value, span } : { name, value, span };
}

/** Only the colon behind it tells a name from a value. */
function argumentName(cursor: Cursor): Identifier | undefined {
  if (!cursor.isWord()) return undefined;
  const before = { at: cursor.at, end: cursor.end };
  const name = cursor.readName();
  if (cursor.skipIf(COLON)) return name;
  Object.assign(cursor, before);
  return undefined;
}

export function readValue(cursor: Cursor): ValueNode {
  if (cursor.isText()) return cursor.readText();
  const start = cursor.start();
  if (cursor.skipIf(OPEN_SQUARE)) {
    const values = readItems(cursor, CLOSE_SQUARE, readValue);
    return { kind: "list_value", values, span: cursor.spanFrom(start) } satisfies ListValue;
  }
  if (cursor.skipIf(OPEN_BRACE)) {
    const entries = readItems(cursor, CLOSE_BRACE, readEntry);
    return { kind: "record_value", entries, span: cursor.spanFrom(start) };
  }
  return readRange(cursor, start);
}

function readEntry(cursor: Cursor): RecordValue["entries"][number] {
  const name = cursor.readName();
  cursor.skip(COLON);
  const value = readValue(cursor);
  return { name, value, span: cursor.spanFrom(name.span.start) };
}

type Bound = NonNullable<RangeValue["min"]>;

function readRange(cursor: Cursor, start: number): Bound | RangeValue {
  if (cursor.skipDots()) {
    const max = readBound(cursor) ?? cursor.leave();
    return { kind: "range_value", max, span: cursor.spanFrom(start) };
  }
  const min = readBound(cursor) ?? cursor.leave();
  if (!cursor.skipDots()) return min;
  const max = readBound(cursor);
  const span = cursor.spanFrom(start);
  return max === undefined ? { kind: "range_value", min, span } : { kind: "range_value", min, max, span };
}

/** A name or a number; which number, the tokens say, in the order in which the lexer tries them. */
function readBound(cursor: Cursor): Bound | undefined {
  if (cursor.isWord()) {
    const name = cursor.readQualifiedName();
    return { kind: "name_value", name, span: name.span };
  }
  const start = cursor.start();
  const duration = cursor.match(DURATION);
  if (duration !== undefined)
    return { kind: "duration_literal", ms: decodeDuration(duration), span: cursor.spanFrom(start) };
  const size = cursor.match(SIZE);
  if (size !== undefined) return { kind: "size_literal", bytes: decodeSize(size), span: cursor.spanFrom(start) };
  const float = cursor.match(FLOAT);
  if (float !== undefined) return { kind: "float_literal", value: Number(float), span: cursor.spanFrom(start) };
  return NUMBER_START.test(cursor.text.charAt(start)) ? cursor.readInt() : undefined;
}

const NUMBER_START = /[-0-9]/;
const DURATION = new RegExp(patterns.DURATION, "y");
const SIZE = new RegExp(patterns.SIZE, "y");
const FLOAT = new RegExp(patterns.FLOAT, "y");
