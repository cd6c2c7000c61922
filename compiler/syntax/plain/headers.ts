import type { ExportNode, ImportNode, ImportSpecifier, PackageNode } from "../ast.ts";
import { CLOSE_BRACE, type Cursor, OPEN_BRACE, SEMICOLON, STAR } from "./cursor.ts";
import type { Head } from "./members.ts";
import { readItems } from "./values.ts";

/** What a file says of itself and of others, from behind its keyword; it has no annotations. */
export function readHeader(cursor: Cursor, { start, annotations }: Head): PackageNode | ImportNode | ExportNode {
  if (annotations.length > 0) cursor.leave();
  switch (cursor.text.slice(start, cursor.end)) {
    case "package":
      return readPackage(cursor, start);
    case "import":
      return readImport(cursor, start);
    case "export":
      return readExport(cursor, start);
    default:
      return cursor.leave();
  }
}

function readPackage(cursor: Cursor, start: number): PackageNode {
  const name = cursor.readQualifiedName();
  cursor.skip(SEMICOLON);
  return { kind: "package", name, span: cursor.spanFrom(start) };
}

function readImport(cursor: Cursor, start: number): ImportNode {
  if (!cursor.skipIf(STAR)) {
    const specifiers = readSpecifiers(cursor);
    return { kind: "import", specifiers, from: readFrom(cursor), span: cursor.spanFrom(start) };
  }
  cursor.skipWord("as");
  const namespace = cursor.readName();
  return { kind: "import", specifiers: [], namespace, from: readFrom(cursor), span: cursor.spanFrom(start) };
}

function readExport(cursor: Cursor, start: number): ExportNode {
  if (cursor.skipIf(STAR)) return { kind: "export", from: readFrom(cursor), span: cursor.spanFrom(start) };
  const specifiers = readSpecifiers(cursor);
  return { kind: "export", specifiers, from: readFrom(cursor), span: cursor.spanFrom(start) };
}

function readSpecifiers(cursor: Cursor): ImportSpecifier[] {
  cursor.skip(OPEN_BRACE);
  return readItems(cursor, CLOSE_BRACE, readSpecifier);
}

function readSpecifier(cursor: Cursor): ImportSpecifier {
  const name = cursor.readName();
  const given = cursor.skipWordIf("as") ? { alias: cursor.readName() } : {};
  return { name, ...given, span: cursor.spanFrom(name.span.start) };
}

function readFrom(cursor: Cursor): ImportNode["from"] {
  cursor.skipWord("from");
  const from = cursor.readText();
  cursor.skip(SEMICOLON);
  return from;
}
