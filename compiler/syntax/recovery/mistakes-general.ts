import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import * as tokens from "../tokens.ts";
import { skipAnnotation, startsStatement, statementEnd } from "./extent.ts";
import {
  describeToken,
  fixOf,
  headToken,
  is,
  isName,
  mend,
  type Mend,
  onNewLine,
  type Recogniser,
  spanBehind,
  spanOver,
  type Stuck,
  textOver,
  virtualToken,
} from "./stuck.ts";

const { Keyword } = tokens;

/** What a statement of the container is called. */
export function statementName(stuck: Stuck): string {
  if (stuck.container === "enum") return "this enum member";
  if (stuck.container === "service") return "this method";
  if (stuck.container === "file") return `this ${declarationName(stuck)}`;
  return is(headToken(stuck, 0), Keyword.reserved) ? "this `reserved`" : "this field";
}

function declarationName(stuck: Stuck): string {
  const word = headToken(stuck, 0)?.image ?? "";
  if (word === "const") return "constant";
  if (word === "type") return "type alias";
  if (word === "errors") return "error set";
  return word === "" ? "statement" : word;
}

/** `;` where no statement ended. */
export const needlessSemicolon: Recogniser = (stuck) => {
  const token = stuck.tokens[stuck.from];
  if (!is(token, tokens.Semicolon) || stuck.at !== stuck.from) return undefined;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const fix = fixOf("Remove `;`", span, "");
  return mend({ entry: syntaxCatalog.needlessSemicolon, parameters: {}, span, fix, start: stuck.at, remove: 1 });
};

/** Annotations with nothing behind them. */
export const danglingAnnotation: Recogniser = (stuck) => {
  const token = stuck.tokens[stuck.head];
  if (
    stuck.head === stuck.from ||
    (token !== undefined && !is(token, tokens.CloseBrace) && !is(token, tokens.Semicolon))
  )
    return undefined;
  const why = "no declaration or member follows";
  const span = spanOver(stuck, stuck.from, stuck.head);
  const remove = stuck.head - stuck.from + (is(token, tokens.Semicolon) ? 1 : 0);
  return mend({ entry: syntaxCatalog.danglingAnnotation, parameters: { why }, span, start: stuck.from, remove });
};

/** `A, B` where `A | B` belongs. */
export const listSeparator: Recogniser = (stuck) => {
  if (!is(stuck.tokens[stuck.at], tokens.Comma) || !isName(stuck.tokens[stuck.at + 1])) return undefined;
  const before = stuck.tokens.slice(stuck.head, stuck.at);
  const afterThrows = before.some((token) => token.tokenType === Keyword.throws);
  const afterOn = is(before[0], Keyword.annotation) && before.some((token) => token.tokenType === Keyword.on);
  if (!afterThrows && !afterOn && !is(before[0], Keyword.errors)) return undefined;
  if (onNewLine(stuck.file, stuck.tokens[stuck.at], stuck.tokens[stuck.at + 1]) && stuck.container === "service")
    return undefined;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const insert = [virtualToken(stuck, tokens.Bar, stuck.at)];
  const parameters = { what: afterOn ? "targets" : "errors" };
  const fix = fixOf("Write `|`", span, " |");
  return mend({ entry: syntaxCatalog.listSeparator, parameters, span, fix, start: stuck.at, remove: 1, insert });
};

/** `[a, b,]` */
export const trailingComma: Recogniser = (stuck) => {
  const token = stuck.tokens[stuck.at];
  const before = stuck.tokens[stuck.at - 1];
  const closers: unknown[] = [tokens.CloseParen, tokens.CloseSquare, tokens.CloseBrace, tokens.CloseAngle];
  if (token === undefined || !is(before, tokens.Comma) || !closers.includes(token.tokenType)) return undefined;
  const span = spanOver(stuck, stuck.at - 1, stuck.at);
  const fix = fixOf("Remove `,`", span, "");
  return mend({
    entry: syntaxCatalog.trailingComma,
    parameters: { closer: token.image },
    span,
    fix,
    start: stuck.at - 1,
    remove: 1,
  });
};

/** `,` instead of `;`, or nothing at all. */
export const missingSemicolon: Recogniser = (stuck) => {
  if (stuck.wanted !== tokens.Semicolon.name) return undefined;
  const token = stuck.tokens[stuck.at];
  const after = statementName(stuck);
  if (is(token, tokens.Comma)) return commaForSemicolon(stuck, after);
  const ends =
    token === undefined || is(token, tokens.CloseBrace) || startsStatement(stuck.file, stuck.tokens, stuck.at);
  return ends || looksLikeMember(stuck) ? insertSemicolon(stuck, after) : undefined;
};

/** The member behind the comma often has no `;` either, because it is the last one: that is the same mistake. */
function commaForSemicolon(stuck: Stuck, after: string): Mend {
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const end = statementEnd(stuck.file, stuck.tokens, stuck.at + 1);
  const isLast =
    is(stuck.tokens[end], tokens.CloseBrace) &&
    !stuck.tokens.slice(stuck.at + 1, end).some((token) => is(token, tokens.Comma));
  const unended = isLast && end > stuck.at + 1;
  const edits = [{ span, text: ";" }, ...(unended ? [{ span: spanBehind(stuck, end), text: ";" }] : [])];
  const last = unended ? [...stuck.tokens.slice(stuck.at + 1, end), virtualToken(stuck, tokens.Semicolon, end)] : [];
  const insert = [virtualToken(stuck, tokens.Semicolon, stuck.at), ...last];
  const remove = unended ? end - stuck.at : 1;
  const fix = { title: "Write `;`", edits };
  return mend({
    entry: syntaxCatalog.commaForSemicolon,
    parameters: { after },
    span,
    fix,
    start: stuck.at,
    remove,
    insert,
  });
}

/** `a: string = 1 b: string = 2;` on one line. */
function looksLikeMember(stuck: Stuck): boolean {
  const next = stuck.tokens[stuck.at + 1];
  if (!isName(stuck.tokens[stuck.at])) return false;
  return is(
    next,
    stuck.container === "enum" ? tokens.Equals : stuck.container === "service" ? tokens.OpenParen : tokens.Colon,
  );
}

function insertSemicolon(stuck: Stuck, after: string): Mend {
  const span = spanBehind(stuck, stuck.at);
  const insert = [virtualToken(stuck, tokens.Semicolon, stuck.at)];
  const fix = fixOf("Add `;`", span, ";");
  return mend({ entry: syntaxCatalog.missingSemicolon, parameters: { after }, span, fix, start: stuck.at, insert });
}

const wordsOfOtherLanguages: ReadonlyMap<string, string> = new Map([
  ["optional", "an optional field has `?` behind its name: `name?: string = 1;`"],
  ["repeated", "a list has `[]` behind its type: `names: string[] = 1;`"],
  ["required", "a field that must be sent has the annotation `@required`"],
  ["readonly", "leave it out: messages are plain data"],
  ["public", "leave it out: everything in a schema is public"],
  ["private", "leave it out: everything in a schema is public"],
  ["protected", "leave it out: everything in a schema is public"],
  ["static", "leave it out"],
  ["async", "leave it out: every call is asynchronous"],
  ["function", "leave it out: `name(parameters): Result;` is a method"],
  ["abstract", "leave it out"],
  ["declare", "leave it out"],
  ["export", "leave it out: every declaration is exported"],
]);

/** `optional email: string = 1;`, `async get(): User;`, `export message User {}` */
export const modifier: Recogniser = (stuck) => {
  const token = headToken(stuck, 0);
  const next = headToken(stuck, 1);
  const advice = wordsOfOtherLanguages.get(token?.image ?? "");
  if (token === undefined || advice === undefined || !isName(next)) return undefined;
  if (onNewLine(stuck.file, token, next)) return undefined;
  const span = spanOver(stuck, stuck.head, stuck.head + 1);
  const edits = [{ span: { ...span, end: next.startOffset }, text: "" }, ...markEdits(stuck, token.image)];
  const fix = { title: `Remove \`${token.image}\``, edits };
  return mend({
    entry: syntaxCatalog.modifier,
    parameters: { word: token.image, advice },
    span,
    fix,
    start: stuck.head,
    remove: 1,
  });
};

/** What says the same as the modifier: `?` behind the name, `[]` behind the type. */
function markEdits(stuck: Stuck, word: string): { span: ReturnType<typeof spanBehind>; text: string }[] {
  if (word === "optional" && is(headToken(stuck, 2), tokens.Colon))
    return [{ span: spanBehind(stuck, stuck.head + 2), text: "?" }];
  if (word !== "repeated" || !is(headToken(stuck, 2), tokens.Colon)) return [];
  const equals = stuck.tokens.findIndex((token, index) => index > stuck.head && token.tokenType === tokens.Equals);
  return equals < 0 ? [] : [{ span: spanBehind(stuck, equals), text: "[]" }];
}

/** `option java_package = "x";` */
export const protoOption: Recogniser = (stuck) => {
  const next = headToken(stuck, 1);
  if (headToken(stuck, 0)?.image !== "option" || !(isName(next) || is(next, tokens.OpenParen))) return undefined;
  const equals = stuck.tokens.findIndex((token, index) => index > stuck.head && token.tokenType === tokens.Equals);
  if (equals < 0 || equals >= stuck.end) return undefined;
  const name = textOver(stuck, stuck.head + 1, equals);
  return dropStatement(stuck, (span) => ({
    entry: syntaxCatalog.protoOption,
    parameters: { name },
    span,
    fix: fixOf("Remove the option", span, ""),
    start: 0,
  }));
};

const protoWords: ReadonlyMap<string, string> = new Map([
  ["extend", "declare a typed annotation instead:  annotation owner(team: string) on message;"],
  ["extensions", "numbers that nobody may use are reserved:  reserved 100..199;"],
  ["group", "declare a message and a field of its type"],
]);

/** `extend Foo { ... }`, `extensions 100 to 199;` */
export const protoOnly: Recogniser = (stuck) => {
  const token = headToken(stuck, 0);
  const advice = protoWords.get(token?.image ?? "");
  const next = headToken(stuck, 1);
  if (
    token === undefined ||
    advice === undefined ||
    next === undefined ||
    is(next, tokens.Colon) ||
    is(next, tokens.Question)
  )
    return undefined;
  return dropStatement(stuck, (span) => ({
    entry: syntaxCatalog.protoOnly,
    parameters: { word: token.image, advice },
    span,
    start: 0,
  }));
};

/** Takes the whole statement away, with its `;`. */
export function dropStatement<P>(
  stuck: Stuck,
  say: (span: ReturnType<typeof spanOver>) => Parameters<typeof mend<P>>[0],
): Mend {
  const withEnd = stuck.end + (is(stuck.tokens[stuck.end], tokens.Semicolon) ? 1 : 0);
  const remove = Math.max(1, withEnd - stuck.from);
  const span = spanOver(stuck, stuck.head, Math.max(stuck.head + 1, withEnd));
  return mend({ ...say(span), start: stuck.from, remove });
}

/** `@retry(max = 3)` */
export const argumentEquals: Recogniser = (stuck) => {
  if (stuck.rule !== "annotation" || !is(stuck.tokens[stuck.at], tokens.Equals)) return undefined;
  if (!isName(stuck.tokens[stuck.at - 1])) return undefined;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const parameters = { found: "`=`", wanted: "`:`" };
  const insert = [virtualToken(stuck, tokens.Colon, stuck.at)];
  const fix = fixOf("Write `:`", span, ":");
  return mend({ entry: syntaxCatalog.wrongToken, parameters, span, fix, start: stuck.at, remove: 1, insert });
};

/** `2 s`: a unit that does not stand at its number. */
export const detachedUnit: Recogniser = (stuck) => {
  const unit = stuck.tokens[stuck.at];
  const amount = stuck.tokens[stuck.at - 1];
  if (unit === undefined || !(is(amount, tokens.Int) || is(amount, tokens.Float))) return undefined;
  if (!/^(?:us|ms|s|m|h|d|B|KiB|MiB|GiB)$/.test(unit.image)) return undefined;
  const span = spanOver(stuck, stuck.at - 1, stuck.at + 1);
  const value = amount.image + unit.image;
  const parameters = {
    text: stuck.file.text.slice(span.start, span.end),
    help: `a unit stands right behind its number: write ${value}`,
  };
  const fix = fixOf(`Write \`${value}\``, span, value);
  return mend({ entry: syntaxCatalog.badNumber, parameters, span, fix, start: stuck.at, remove: 1 });
};

/** Leaves out only the annotation that is wrong, when it has an end. */
export function dropAnnotation(stuck: Stuck, expected: string): Mend | undefined {
  let start = stuck.at - 1;
  while (start > stuck.from && !is(stuck.tokens[start], tokens.At)) start--;
  const end = skipAnnotation(stuck.tokens, start);
  if (!is(stuck.tokens[start], tokens.At) || end <= stuck.at) return undefined;
  const token = stuck.tokens[stuck.at];
  const parameters = { found: describeToken(stuck, token), expected };
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  return mend({ entry: syntaxCatalog.unexpected, parameters, span, start, remove: end - start });
}

/** The last resort: says what was expected and leaves the statement out. */
export function unexpected(stuck: Stuck, expected: string): Mend {
  const at = Math.min(stuck.at, stuck.tokens.length);
  const token = stuck.tokens[at];
  const span = token === undefined ? spanBehind(stuck, at) : spanOver(stuck, at, at + 1);
  const parameters = { found: describeToken(stuck, token), expected };
  return dropStatement(stuck, () => ({ entry: syntaxCatalog.unexpected, parameters, span, start: 0 }));
}
