import type { AnnotationDeclarationNode, ConstantNode, ErrorNode, ErrorSetNode, TypeAliasNode } from "../ast.ts";
import type { TopLevelNode } from "../grammar.ts";
import { BAR, CLOSE_PAREN, COLON, type Cursor, EQUALS, OPEN_PAREN, QUESTION, SEMICOLON } from "./cursor.ts";
import { readHeader } from "./headers.ts";
import { type Head, parts, readBody, readEnum, readMessage, readUnion, withTrailing } from "./members.ts";
import { readErrors, readService } from "./services.ts";
import { NONE, readItems, readList, readType, readValue } from "./values.ts";

/** A statement of the top level. */
export function readDeclaration(cursor: Cursor, head: Head): TopLevelNode {
  switch (cursor.readWord()) {
    case "message":
      return readMessage(cursor, head);
    case "union":
      return readUnion(cursor, head);
    case "enum":
      return readEnum(cursor, { head, open: false });
    case "open":
      cursor.skipWord("enum");
      return readEnum(cursor, { head, open: true });
    case "service":
      return readService(cursor, head);
    case "error":
      return readError(cursor, head);
    case "errors":
      return readErrorSet(cursor, head);
    case "type":
      return readTypeAlias(cursor, head);
    case "const":
      return readConstant(cursor, head);
    case "annotation":
      return readAnnotationDeclaration(cursor, head);
    default:
      return readHeader(cursor, head);
  }
}

function readError(cursor: Cursor, head: Head): ErrorNode {
  const name = cursor.readName();
  const given = cursor.skipIf(OPEN_PAREN) ? { code: cursor.readName() } : {};
  if (given.code !== undefined) cursor.skip(CLOSE_PAREN);
  const members = readBody(cursor);
  return { kind: "error", ...parts(head), name, ...given, members, span: cursor.spanFrom(head.start) };
}

function readErrorSet(cursor: Cursor, head: Head): ErrorSetNode {
  const name = cursor.readName();
  cursor.skip(EQUALS);
  const errors = readErrors(cursor);
  cursor.skip(SEMICOLON);
  return { kind: "error_set", ...parts(head), name, errors, span: cursor.spanFrom(head.start) };
}

function readTypeAlias(cursor: Cursor, head: Head): TypeAliasNode {
  const name = cursor.readName();
  cursor.skip(EQUALS);
  const type = readType(cursor);
  const annotations = withTrailing(cursor, head);
  cursor.skip(SEMICOLON);
  return { kind: "type_alias", ...parts({ ...head, annotations }), name, type, span: cursor.spanFrom(head.start) };
}

function readConstant(cursor: Cursor, head: Head): ConstantNode {
  const name = cursor.readName();
  cursor.skip(EQUALS);
  const value = readValue(cursor);
  cursor.skip(SEMICOLON);
  return { kind: "constant", ...parts(head), name, value, span: cursor.spanFrom(head.start) };
}

function readAnnotationDeclaration(cursor: Cursor, head: Head): AnnotationDeclarationNode {
  const name = cursor.readQualifiedName();
  const parameters = cursor.skipIf(OPEN_PAREN) ? readItems(cursor, CLOSE_PAREN, readAnnotationParameter) : NONE;
  cursor.skipWord("on");
  const targets = readList(cursor, BAR, (each) => each.readName());
  cursor.skip(SEMICOLON);
  const span = cursor.spanFrom(head.start);
  return { kind: "annotation_declaration", ...parts(head), name, parameters, targets, span };
}

function readAnnotationParameter(cursor: Cursor): AnnotationDeclarationNode["parameters"][number] {
  const name = cursor.readName();
  const optional = cursor.skipIf(QUESTION);
  cursor.skip(COLON);
  const type = readType(cursor);
  return { name, optional, type, span: cursor.spanFrom(name.span.start) };
}
