import type {
  AnnotationNode,
  EnumMemberNode,
  EnumNode,
  FieldNode,
  Identifier,
  MemberNode,
  MessageNode,
  OneofNode,
  ReservedNode,
  ReservedRange,
  UnionNode,
} from "../ast.ts";
import {
  AT,
  CLOSE_ANGLE,
  CLOSE_BRACE,
  COLON,
  COMMA,
  type Cursor,
  EQUALS,
  OPEN_ANGLE,
  OPEN_BRACE,
  QUESTION,
  SEMICOLON,
} from "./cursor.ts";
import { NONE, readAnnotation, readAnnotations, readList, readType } from "./values.ts";

/** What stands before the keyword or name of a statement. */
export interface Head {
  readonly start: number;
  readonly doc: string | undefined;
  readonly annotations: readonly AnnotationNode[];
}

/** Comments and annotations. */
export function readHead(cursor: Cursor): Head {
  const outer = cursor.skipToStatement();
  const start = cursor.at;
  if (cursor.peek() !== AT) return { start, doc: outer, annotations: NONE };
  const annotations: AnnotationNode[] = [];
  let inner: string | undefined;
  while (cursor.peek() === AT) {
    annotations.push(readAnnotation(cursor));
    inner = cursor.skipToStatement();
  }
  return { start, doc: inner ?? outer, annotations };
}

/** What a declaration takes from its head. */
export function parts({ doc, annotations }: Head): {
  readonly annotations: readonly AnnotationNode[];
  readonly doc?: string;
} {
  return doc === undefined ? { annotations } : { annotations, doc };
}

/** Statements up to the brace that closes their block. */
export function readBlock<T>(cursor: Cursor, read: (cursor: Cursor, head: Head) => T): T[] {
  cursor.skip(OPEN_BRACE);
  return cursor.inside(() => {
    const members: T[] = [];
    let head = readHead(cursor);
    for (; !cursor.skipIf(CLOSE_BRACE); head = readHead(cursor)) members.push(read(cursor, head));
    // Annotations before the brace belong to nothing.
    return head.annotations.length > 0 ? cursor.leave() : members;
  });
}

export function readBody(cursor: Cursor): MemberNode[] {
  return readBlock(cursor, readMember);
}

function readMember(cursor: Cursor, head: Head): MemberNode {
  const name = cursor.readName();
  const next = cursor.peek();
  if (next === COLON || next === QUESTION) return readField(cursor, { head, name });
  switch (name.text) {
    case "message":
      return readMessage(cursor, head);
    case "union":
      return readUnion(cursor, head);
    case "enum":
      return readEnum(cursor, { head, open: false });
    case "open":
      cursor.skipWord("enum");
      return readEnum(cursor, { head, open: true });
    case "reserved":
      return readReserved(cursor, head);
    default:
      return cursor.leave();
  }
}

interface Named {
  readonly head: Head;
  readonly name: Identifier;
}

function readField(cursor: Cursor, { head, name }: Named): FieldNode | OneofNode {
  const optional = cursor.skipIf(QUESTION);
  cursor.skip(COLON);
  if (cursor.peekWord() === "oneof") return readOneof(cursor, { head, name }, optional);
  const type = readType(cursor);
  cursor.skip(EQUALS);
  const number = cursor.readInt();
  const annotations = withTrailing(cursor, head);
  cursor.skip(SEMICOLON);
  const span = cursor.spanFrom(head.start);
  // Two literals, not one with a spread: there are many fields.
  if (head.doc === undefined) return { kind: "field", annotations, name, optional, type, number, span };
  return { kind: "field", annotations, doc: head.doc, name, optional, type, number, span };
}

/** The annotations before and behind a statement. */
export function withTrailing(cursor: Cursor, { annotations }: Head): readonly AnnotationNode[] {
  const trailing = readAnnotations(cursor);
  return trailing.length === 0 ? annotations : [...annotations, ...trailing];
}

function readOneof(cursor: Cursor, { head, name }: Named, optional: boolean): OneofNode {
  cursor.skipWord("oneof");
  const members = readBody(cursor);
  const annotations = withTrailing(cursor, head);
  cursor.skip(SEMICOLON);
  const span = cursor.spanFrom(head.start);
  return { kind: "oneof", ...parts({ ...head, annotations }), name, optional, members, span };
}

/** From behind its keyword, like the others. */
export function readMessage(cursor: Cursor, head: Head): MessageNode {
  const shape = readShape(cursor);
  return { kind: "message", ...parts(head), ...shape, span: cursor.spanFrom(head.start) };
}

export function readUnion(cursor: Cursor, head: Head): UnionNode {
  const shape = readShape(cursor);
  return { kind: "union", ...parts(head), ...shape, span: cursor.spanFrom(head.start) };
}

function readShape(cursor: Cursor): Pick<MessageNode, "name" | "typeParameters" | "members"> {
  const name = cursor.readName();
  const typeParameters = cursor.skipIf(OPEN_ANGLE) ? readTypeParameters(cursor) : NONE;
  return { name, typeParameters, members: readBody(cursor) };
}

function readTypeParameters(cursor: Cursor): Identifier[] {
  const names = readList(cursor, COMMA, (each) => each.readName());
  cursor.skip(CLOSE_ANGLE);
  return names;
}

export function readEnum(cursor: Cursor, { head, open }: { readonly head: Head; readonly open: boolean }): EnumNode {
  const name = cursor.readName();
  const members = readBlock(cursor, readEnumMember);
  return { kind: "enum", ...parts(head), open, name, members, span: cursor.spanFrom(head.start) };
}

function readEnumMember(cursor: Cursor, head: Head): EnumMemberNode | ReservedNode {
  const name = cursor.readName();
  if (!cursor.skipIf(EQUALS)) return name.text === "reserved" ? readReserved(cursor, head) : cursor.leave();
  const number = cursor.readInt();
  const annotations = withTrailing(cursor, head);
  cursor.skip(SEMICOLON);
  const span = cursor.spanFrom(head.start);
  return { kind: "enum_member", ...parts({ ...head, annotations }), name, number, span };
}

export function readReserved(cursor: Cursor, { start, annotations }: Head): ReservedNode {
  const items = readList(cursor, COMMA, (each) => (each.isText() ? each.readText() : readReservedRange(each)));
  cursor.skip(SEMICOLON);
  return { kind: "reserved", items, annotations, span: cursor.spanFrom(start) };
}

function readReservedRange(cursor: Cursor): ReservedRange {
  const from = cursor.readInt();
  const { start } = from.span;
  if (!cursor.skipDots()) return { kind: "reserved_range", from, span: cursor.spanFrom(start) };
  const to = cursor.skipWordIf("max") ? "max" : cursor.readInt();
  return { kind: "reserved_range", from, to, span: cursor.spanFrom(start) };
}
