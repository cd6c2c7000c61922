/** Text to put into a file; nothing of the file is replaced. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** Puts insertions into a text, in its line endings. Those at the same place keep their order. */
export function insertAll(text: string, insertions: readonly Insertion[]): string {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const ordered = insertions.map((insertion, index) => ({ ...insertion, index }));
  ordered.sort((left, right) => left.at - right.at || left.index - right.index);
  let result = "";
  let done = 0;
  for (const { at, text: added } of ordered) {
    result += text.slice(done, at) + added.replace(/\r?\n/gu, newline);
    done = at;
  }
  return result + text.slice(done);
}

/** White space at the start of the line that holds an offset. */
export function indentationAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/u.exec(text.slice(start))?.[0] ?? "";
}

/**
 * Moves a piece of text from one indentation to another, and from two spaces per level to the unit of the file. The first
 * line is given without its indentation, as a syntax node's text is.
 */
export function reindent(
  piece: string,
  from: string,
  target: { readonly indent: string; readonly unit: string },
): string {
  const lines = piece.split(/\r?\n/u).map((line, index) => {
    if (line.trim() === "") return "";
    const inner = index === 0 ? line : line.startsWith(from) ? line.slice(from.length) : line.trimStart();
    const levels = /^(?: {2})*/u.exec(inner)?.[0].length ?? 0;
    return target.indent + target.unit.repeat(levels / 2) + inner.slice(levels);
  });
  return lines.join("\n");
}
