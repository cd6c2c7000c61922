import type {
  FieldNode,
  MethodNode,
  ParametersNode,
  QualifiedName,
  ReservedNode,
  ResultNode,
  ServiceNode,
} from "../ast.ts";
import {
  BAR,
  CLOSE_PAREN,
  COLON,
  COMMA,
  type Cursor,
  EQUALS,
  OPEN_BRACE,
  OPEN_PAREN,
  QUESTION,
  SEMICOLON,
} from "./cursor.ts";
import { type Head, parts, readBlock, readBody, readHead, readReserved, withTrailing } from "./members.ts";
import { NONE, readList, readType } from "./values.ts";

/** From behind its keyword. */
export function readService(cursor: Cursor, head: Head): ServiceNode {
  const name = cursor.readName();
  const throws = readThrows(cursor);
  const members = readBlock(cursor, readServiceMember);
  return { kind: "service", ...parts(head), name, throws, members, span: cursor.spanFrom(head.start) };
}

function readThrows(cursor: Cursor): readonly QualifiedName[] {
  return cursor.skipWordIf("throws") ? readErrors(cursor) : NONE;
}

/** `A | B` */
export function readErrors(cursor: Cursor): QualifiedName[] {
  return readList(cursor, BAR, (each) => each.readQualifiedName());
}

function readServiceMember(cursor: Cursor, head: Head): MethodNode | ReservedNode {
  const name = cursor.readName();
  if (cursor.peek() !== OPEN_PAREN) return name.text === "reserved" ? readReserved(cursor, head) : cursor.leave();
  const parameters = readParameters(cursor);
  const given = cursor.skipIf(COLON) ? { result: readResult(cursor) } : {};
  const throws = readThrows(cursor);
  cursor.skip(SEMICOLON);
  const span = cursor.spanFrom(head.start);
  return { kind: "method", ...parts(head), name, parameters, ...given, throws, span };
}

function readParameters(cursor: Cursor): ParametersNode {
  const start = cursor.start();
  cursor.skip(OPEN_PAREN);
  if (cursor.skipIf(CLOSE_PAREN)) return { kind: "no_parameters", span: cursor.spanFrom(start) };
  const head = readHead(cursor);
  if (head.annotations.length > 0 || isParameter(cursor)) {
    const fields = [readParameter(cursor, head)];
    while (cursor.skipIf(COMMA)) fields.push(readParameter(cursor, readHead(cursor)));
    cursor.skip(CLOSE_PAREN);
    return { kind: "inline_parameters", fields, span: cursor.spanFrom(start) };
  }
  const stream = skipStream(cursor);
  const type = readType(cursor);
  cursor.skip(CLOSE_PAREN);
  return { kind: "message_parameter", stream, type, span: cursor.spanFrom(start) };
}

/** Only what stands behind a name tells a parameter from the type of a message. */
function isParameter(cursor: Cursor): boolean {
  const before = { at: cursor.at, end: cursor.end };
  cursor.readWord();
  const next = cursor.peek();
  Object.assign(cursor, before);
  return next === COLON || next === QUESTION;
}

function readParameter(cursor: Cursor, head: Head): FieldNode {
  const name = cursor.readName();
  const optional = cursor.skipIf(QUESTION);
  cursor.skip(COLON);
  const type = readType(cursor);
  cursor.skip(EQUALS);
  const number = cursor.readInt();
  const annotations = withTrailing(cursor, head);
  const span = cursor.spanFrom(head.start);
  return { kind: "field", ...parts({ ...head, annotations }), name, optional, type, number, span };
}

function readResult(cursor: Cursor): ResultNode {
  const start = cursor.start();
  const stream = skipStream(cursor);
  if (cursor.peek() !== OPEN_BRACE) {
    const type = readType(cursor);
    return { kind: "type_result", stream, type, span: cursor.spanFrom(start) };
  }
  const members = readBody(cursor);
  return { kind: "inline_result", stream, members, span: cursor.spanFrom(start) };
}

/** `stream` is the keyword when a type or block follows; alone it is the name of a type. */
function skipStream(cursor: Cursor): boolean {
  if (cursor.peekWord() !== "stream") return false;
  const before = { at: cursor.at, end: cursor.end };
  cursor.readWord();
  const next = cursor.peekWord();
  if (cursor.peek() === OPEN_BRACE || (next !== "" && next !== "throws")) return true;
  Object.assign(cursor, before);
  return false;
}
