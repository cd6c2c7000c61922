import { type AstPath, type Doc, doc, type ParserOptions, type Printer, util } from "prettier";
import type { AnyNode } from "./nodes.ts";

const { hardline, join, lineSuffixBoundary } = doc.builders;

/** How comments are printed: as they stand, but for the indentation of blocks whose lines begin with a star. */
export const commentPrinter: Pick<Printer<AnyNode>, "printComment" | "isBlockComment" | "handleComments"> = {
  handleComments: { ownLine: place, endOfLine: place, remaining: place },
  isBlockComment: (comment) => comment["kind"] !== "line" && !isSlashes(comment),
  printComment: (path: AstPath<AnyNode>, options: ParserOptions<AnyNode>): Doc => {
    const { span } = path.node;
    const text = options.originalText.slice(span.start, span.end).trimEnd();
    const lines = text.split(/\r\n|\r|\n/u);
    const [first = "", ...rest] = lines;
    if (isSlashes(path.node)) {
      const parts = lines.map((line) => line.trim());
      return [lineSuffixBoundary, join(hardline, parts)];
    }
    // A comment that waits for the end of a line must not find it inside this one.
    const start = rest.length > 0 ? [lineSuffixBoundary] : [];
    if (!rest.every((line) => line.trimStart().startsWith("*")))
      return [...start, join(doc.builders.literalline, lines)];
    return [...start, join(hardline, [first.trimEnd(), ...rest.map((line) => ` ${line.trim()}`)])];
  },
};

/**
 * A node, for its comments to be put around. Comments to the end of the line wait for that end: where one of this node would join another that
 * waits already, the line ends before the node, or right behind it.
 */
export function apart(node: AnyNode, printed: Doc): Doc {
  const comments = (node["comments"] ?? []) as readonly (AnyNode & { readonly trailing?: boolean })[];
  const isWaiting = comments.some((comment) => comment.trailing === true && isSlashes(comment));
  return isWaiting ? [lineSuffixBoundary, printed, lineSuffixBoundary] : printed;
}

/**
 * Where prettier's own choice would not do: a comment in an empty block stays in it; one between a declaration's first word and its
 * name, or in a node without parts, goes before the whole.
 */
function place(comment: AnyNode): boolean {
  const enclosing = comment["enclosingNode"] as AnyNode | undefined;
  if (enclosing === undefined || enclosing.kind === "file") return false;
  const following = comment["followingNode"];
  const isInside = following === undefined && isEmptyBlock(enclosing) && isBehindBrace(enclosing, comment);
  if (isInside) util.addDanglingComment(enclosing, comment, undefined);
  else if (enclosing["name"] === following || (following ?? comment["precedingNode"]) === undefined) {
    util.addLeadingComment(enclosing, comment);
  } else return false;
  return true;
}

function isEmptyBlock({ members }: AnyNode): boolean {
  return Array.isArray(members) && members.length === 0;
}

function isBehindBrace({ span }: AnyNode, comment: AnyNode): boolean {
  return span.file.text.slice(span.start, comment.span.start).includes("{");
}

function isSlashes(comment: AnyNode): boolean {
  const { file, start } = comment.span;
  return file.text.startsWith("//", start);
}
