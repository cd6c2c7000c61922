import type { SourceFile } from "../../source/source-file.ts";
import type { EditionNode, TopLevelNode } from "../grammar.ts";
import { MAX_FILE_BYTES } from "../limits.ts";
import { Cursor, NotPlain, SEMICOLON } from "./cursor.ts";
import { readDeclaration } from "./declarations.ts";
import { type Head, readHead } from "./members.ts";

/** The statements of a file. */
export interface PlainFile {
  readonly edition?: EditionNode;
  readonly statements: readonly TopLevelNode[];
}

/**
 * Reads a schema text in one pass, without tokens: what nearly every right text holds, and `undefined` for a text with anything
 * else in it or with a mistake, which is then for the grammar. The grammar says what the language is; this gives the same tree
 * wherever it gives one, which a test holds it to. Building the grammar alone takes longer than a hundred
 * files here: measured by `npm run bench -- compile`.
 */
export function readPlainly(file: SourceFile): PlainFile | undefined {
  // A text of this length has few enough bytes, whatever its characters are.
  if (file.text.length * 3 > MAX_FILE_BYTES) return undefined;
  try {
    return readFile(new Cursor(file));
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function readFile(cursor: Cursor): PlainFile {
  const statements: TopLevelNode[] = [];
  let head = readHead(cursor);
  const edition = cursor.peekWord() === "edition" ? readEdition(cursor, head) : undefined;
  if (edition !== undefined) head = readHead(cursor);
  for (; cursor.at < cursor.text.length; head = readHead(cursor)) statements.push(readDeclaration(cursor, head));
  if (head.annotations.length > 0) cursor.leave();
  return edition === undefined ? { statements } : { edition, statements };
}

function readEdition(cursor: Cursor, { start, annotations }: Head): EditionNode {
  if (annotations.length > 0) cursor.leave();
  cursor.skipWord("edition");
  const value = cursor.readInt();
  cursor.skip(SEMICOLON);
  return { value, span: cursor.spanFrom(start) };
}
