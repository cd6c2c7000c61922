/** A schema text with its line table. Offsets are UTF-16 code units of `text`; lines and columns are 1-based. */
export interface SourceFile {
  /** Path as the user knows it, `/` separators, relative to the working directory where possible. */
  readonly path: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** Offset of the first unit of each line. `\n`, `\r\n` and a lone `\r` end a line. */
  readonly lineStarts: readonly number[];
}

/** A half-open range of a file. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** 1-based place in a file. */
export interface Position {
  readonly line: number;
  /** In UTF-16 code units. */
  readonly column: number;
}

/** A source file of a text without its byte order mark. The line table is built when somebody asks for a line, as few do. */
export function createSourceFile(path: string, content: string): SourceFile {
  const text = content.charCodeAt(0) === 0xfeff ? content.slice(1) : content;
  let table: readonly number[] | undefined;
  return {
    path,
    text,
    get lineStarts() {
      return (table ??= lineStartsOf(text));
    },
  };
}

function lineStartsOf(text: string): readonly number[] {
  const lineStarts = [0];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 13 && text.charCodeAt(index + 1) === 10) continue;
    if (unit === 10 || unit === 13) lineStarts.push(index + 1);
  }
  return lineStarts;
}

/** The line and column of an offset; offsets past the end give the end. */
export function positionAt(file: SourceFile, offset: number): Position {
  let low = 0;
  let high = file.lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((file.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: Math.min(offset, file.text.length) - (file.lineStarts[low] ?? 0) + 1 };
}
