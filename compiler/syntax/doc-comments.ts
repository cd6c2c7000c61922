import type { Comment } from "./ast.ts";

const lineDoc = /^\/\/\/(?!\/)/;
const blockDoc = /^\/\*\*(?![*/])/;

/** True for the text of `/// line` and `/** block *​/` comments. */
export function isDocComment(image: string): boolean {
  return lineDoc.test(image) || (blockDoc.test(image) && image.length > 4);
}

/** Text of a doc comment without its markers: lines joined by `\n`, trailing white space trimmed. */
function docText(image: string): string {
  if (image.startsWith("/**") && !image.includes("\n") && !image.includes("\r"))
    return image.slice(image.startsWith(" ", 3) ? 4 : 3, -2).trimEnd();
  if (lineDoc.test(image)) return image.slice(3).replace(/^ /, "").trimEnd();
  const lines = image
    .slice(3, -2)
    .split(/\r\n|\n|\r/)
    .map((line, index) => line.replace(index === 0 ? /^ / : /^[ \t]*(?:\* ?)?/, "").trimEnd());
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n");
}

/** Index of the first comment that starts at or behind an offset. */
function firstCommentFrom(comments: readonly Comment[], offset: number): number {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const comment = comments[middle];
    if (comment !== undefined && comment.span.start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The doc comment between two tokens: the last block, or the last run of `///` lines. One that stands on the line of the
 * token before it, with the next token on a later line, belongs to what is before and is no doc comment of what follows.
 */
export function docBetween(comments: readonly Comment[], from: number, to: number): string | undefined {
  const first = firstCommentFrom(comments, from);
  const only = comments[first];
  if (only === undefined || only.span.end > to) return undefined;
  const found: Comment[] = [];
  for (let index = first; index < comments.length; index++) {
    const comment = comments[index];
    if (comment === undefined || comment.span.end > to) break;
    if (comment.kind === "doc" && !trails(comment, from, to)) found.push(comment);
  }
  const last = found.at(-1);
  if (last === undefined) return undefined;
  if (found.length === 1) {
    const text = docText(last.span.file.text.slice(last.span.start, last.span.end));
    return text.trim() === "" ? undefined : text.trimEnd();
  }
  const images = found.map((comment) => comment.span.file.text.slice(comment.span.start, comment.span.end));
  const lastBlock = images.findLastIndex((image) => image.startsWith("/*"));
  const run = lastBlock === images.length - 1 ? images.slice(-1) : images.slice(lastBlock + 1);
  return run.map(docText).join("\n").trim() === "" ? undefined : run.map(docText).join("\n").trimEnd();
}

function trails(comment: Comment, from: number, to: number): boolean {
  const { text } = comment.span.file;
  if (from === 0 || hasLineEnd(text, from, comment.span.start)) return false;
  return hasLineEnd(text, comment.span.end, to);
}

function hasLineEnd(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 10 || unit === 13) return true;
  }
  return false;
}
