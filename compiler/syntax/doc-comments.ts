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

/** The doc comment between two tokens of a file; of all its comments, in order. See {@link docOf}. */
export function docBetween(comments: readonly Comment[], from: number, to: number): string | undefined {
  const first = firstCommentFrom(comments, from);
  const found: CommentPlace[] = [];
  for (let index = first; index < comments.length; index++) {
    const comment = comments[index];
    if (comment === undefined || comment.span.end > to) break;
    found.push(comment.span);
  }
  const text = comments[first]?.span.file.text;
  return text === undefined || found.length === 0 ? undefined : docOf(text, found, { from, to });
}

/** Where a comment stands. */
export interface CommentPlace {
  readonly start: number;
  readonly end: number;
}

/** The text between two tokens: from behind one to the start of the other. */
interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * What the comments between two tokens say of the second one: the last block, or the last run of `///` lines. One that stands on
 * the line of the token before it, with the next token on a later line, belongs to what is before and is no doc comment of what
 * follows.
 */
export function docOf(text: string, comments: readonly CommentPlace[], gap: Gap): string | undefined {
  let doc: string | undefined;
  for (let index = comments.length - 1; index >= 0; index--) {
    const place = comments[index] as CommentPlace;
    const image = text.slice(place.start, place.end);
    if (!isDocComment(image) || trails(text, place, gap)) continue;
    const isBlock = image.startsWith("/*");
    if (doc === undefined) doc = docText(image);
    else if (!isBlock) doc = `${docText(image)}\n${doc}`;
    if (isBlock) break;
  }
  doc = doc?.trimEnd();
  return doc === "" ? undefined : doc;
}

function trails(text: string, place: CommentPlace, { from, to }: Gap): boolean {
  if (from === 0 || hasLineEnd(text, from, place.start)) return false;
  return hasLineEnd(text, place.end, to);
}

function hasLineEnd(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 10 || unit === 13) return true;
  }
  return false;
}
