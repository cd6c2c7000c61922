/** Where one statement of a schema file stands, with the comments before it. */
export interface Statement {
  readonly start: number;
  /** Behind the leading comments. */
  readonly code: number;
  /** Before the block of a declaration; the end for what has none. */
  readonly head: number;
  readonly end: number;
}

const STRING = String.raw`"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*'`;
const LINE_COMMENT = String.raw`\/\/[^\r\n]*`;
const BLOCK_COMMENT = String.raw`\/\*[^]*?\*\/`;

/** At the top level. */
const PIECES = new RegExp(`${STRING}|${LINE_COMMENT}|${BLOCK_COMMENT}|[{([;]`, "g");
/** Inside brackets; each but a bracket ends in something else than one. */
const PIECES_INSIDE = new RegExp(`${STRING}|${LINE_COMMENT}(?:[\\r\\n]|$)|${BLOCK_COMMENT}|[{}()[\\]]`, "g");

const QUOTE = 34;
const APOSTROPHE = 39;
const OPEN_PAREN = 40;
const CLOSE_PAREN = 41;
const SLASH = 47;
const SEMICOLON = 59;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/**
 * The top-level statements of a schema text, found by brackets, strings and comments alone. It is right for every text that
 * parses without an error; for others it may be anything, for which reason it decides only what need not be parsed again.
 */
export function outline(text: string): readonly Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let code = 0;
  let head = -1;
  const finish = (end: number): void => {
    const last = statements.at(-1);
    // A semicolon behind a block belongs to what it ends.
    if (last !== undefined && isOnly(text, SEMICOLON, code, end)) statements[statements.length - 1] = { ...last, end };
    else statements.push({ start, code: skipBlank(text, code), head: head === -1 ? end : head, end });
    start = code = end;
    head = -1;
  };
  PIECES.lastIndex = 0;
  for (let match = PIECES.exec(text); match !== null; match = PIECES.exec(text)) {
    const { index } = match;
    switch (text.charCodeAt(index)) {
      case QUOTE:
      case APOSTROPHE:
        break;
      case SLASH:
        if (skipBlank(text, code) === index) code = PIECES.lastIndex;
        break;
      case OPEN_PAREN:
      case OPEN_SQUARE:
        PIECES.lastIndex = endOfBrackets(text, index);
        break;
      case OPEN_BRACE:
        if (head === -1) head = index;
        PIECES.lastIndex = endOfBrackets(text, index);
        // The names of an import stand in braces, too.
        if (!isHeaderAt(text, skipBlank(text, code))) finish(PIECES.lastIndex);
        break;
      default:
        finish(index + 1);
    }
  }
  return statements;
}

/** The end of what an opening bracket begins, of whatever kinds the brackets in it are. */
function endOfBrackets(text: string, start: number): number {
  let depth = 1;
  PIECES_INSIDE.lastIndex = start + 1;
  // Most of what there is to find is in here, so matches are not made objects.
  while (PIECES_INSIDE.test(text)) {
    switch (text.charCodeAt(PIECES_INSIDE.lastIndex - 1)) {
      case OPEN_BRACE:
      case OPEN_PAREN:
      case OPEN_SQUARE:
        depth++;
        break;
      case CLOSE_BRACE:
      case CLOSE_PAREN:
      case CLOSE_SQUARE:
        if (--depth === 0) return PIECES_INSIDE.lastIndex;
    }
  }
  return text.length;
}

function skipBlank(text: string, from: number): number {
  let index = from;
  while (index < text.length && text.charCodeAt(index) <= 32) index++;
  return index;
}

function isOnly(text: string, unit: number, from: number, end: number): boolean {
  const index = skipBlank(text, from);
  return index === end - 1 && text.charCodeAt(index) === unit;
}

/** True for what a file says of itself and of others: everything but declarations. */
export function isHeader(text: string, { code }: Statement): boolean {
  return isHeaderAt(text, code);
}

function isHeaderAt(text: string, index: number): boolean {
  HEADER.lastIndex = index;
  return HEADER.test(text);
}

const HEADER = /(?:edition|package|import|export)\b/y;

/** Every word between two places that could be a name, those in comments and strings included. */
export function wordsOf(text: string, start: number, end: number): ReadonlySet<string> {
  return new Set(text.slice(start, end).match(WORDS));
}

const WORDS = /[A-Za-z_][A-Za-z0-9_]*/g;

/** Words among which the name of a declaration is: those behind a word that begins one. */
export function nameWords(text: string, { code, head }: Statement): readonly string[] {
  const plain = text.slice(code, head).replace(COMMENTS, " ");
  return [...plain.matchAll(NAMED)].flatMap(([, name = ""]) => name.split("."));
}

const NAMED = /\b(?:message|enum|union|errors?|service|type|const|annotation)\s+([A-Za-z_][\w.]*)/g;
const COMMENTS = new RegExp(`${LINE_COMMENT}|${BLOCK_COMMENT}`, "g");

/**
 * True when what refers to the declaration refers to what stands in it: an alias, a constant, a set of errors, a generic. What
 * is wrongly taken for one costs time only.
 */
export function isSeenThrough(text: string, statement: Statement): boolean {
  const head = text.slice(statement.code, statement.head);
  return /\b(?:type|const|errors)\b|</.test(head);
}
