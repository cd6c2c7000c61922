import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { skipGroup, skipType, startsStatement } from "./extent.ts";
import { dropStatement } from "./mistakes-general.ts";
import { nextFreeNumber } from "./numbers.ts";
import {
  fixOf,
  headToken,
  is,
  isName,
  mend,
  type Mend,
  type Recogniser,
  spanBehind,
  spanOver,
  type Stuck,
  textOver,
  virtualToken,
} from "./stuck.ts";

const { Keyword } = tokens;

const scalars = new Set(
  (
    "bool string bytes int32 uint32 sint32 fixed32 sfixed32 int64 uint64 sint64 fixed64 sfixed64 int53 uint53 float double " +
    "timestamp duration json any uuid void"
  ).split(" "),
);

/** True for a scalar or a capital letter. */
export function looksLikeType(image: string): boolean {
  return scalars.has(image) || /^[A-Z]/.test(image);
}

/** Puts other tokens in the place of a statement behind its annotations, its `;` included. */
export function replaceStatement<P>(
  stuck: Stuck,
  insert: readonly Token[],
  say: (span: ReturnType<typeof spanOver>) => Parameters<typeof mend<P>>[0],
): Mend {
  const behind = stuck.end + (is(stuck.tokens[stuck.end], tokens.Semicolon) ? 1 : 0);
  const span = spanOver(stuck, stuck.head, behind);
  return mend({ ...say(span), start: stuck.head, remove: behind - stuck.head, insert });
}

/** A token for the next free number: it has no text, only the number as its payload. */
export function suggestedNumber(stuck: Stuck, index: number): Token {
  const token = virtualToken(stuck, tokens.Int, index);
  token.payload = nextFreeNumber(stuck.tokens, stuck.head, stuck.container === "enum" ? 0 : 1);
  return token;
}

/** `name string = 1;` */
export const missingColon: Recogniser = (stuck) => {
  const name = headToken(stuck, 0);
  const type = headToken(stuck, 1);
  if (!isName(name) || !isName(type) || !looksLikeType(type.image) || looksLikeType(name.image)) return undefined;
  const typeEnd = skipType(stuck.tokens, stuck.head + 1);
  if (!is(stuck.tokens[typeEnd], tokens.Equals)) return undefined;
  const span = spanBehind(stuck, stuck.head + 1);
  const parameters = { missing: "`:`", before: `\`${type.image}\`` };
  const insert = [virtualToken(stuck, tokens.Colon, stuck.head + 1)];
  return mend({
    entry: syntaxCatalog.missingToken,
    parameters,
    span,
    fix: fixOf("Add `:`", span, ":"),
    start: stuck.head + 1,
    insert,
  });
};

/** What has the number: `field \`name\``, `parameter \`name\``, `enum member \`name\`` in pieces. */
function numbered(stuck: Stuck): { readonly what: string; readonly name: string } {
  const what = stuck.container === "enum" ? "enum member" : stuck.container === "parameters" ? "parameter" : "field";
  return { what, name: headToken(stuck, 0)?.image ?? "" };
}

/** `name: string;` and `member,` */
export const missingNumber: Recogniser = (stuck) => {
  const list = stuck.tokens;
  const token = list[stuck.at];
  const wantsEquals = stuck.wanted === tokens.Equals.name;
  const wantsNumber = stuck.wanted === tokens.Int.name && is(list[stuck.at - 1], tokens.Equals);
  if (!isNumberedRule(stuck) || !(wantsEquals || wantsNumber)) return undefined;
  const closers: unknown[] = [tokens.Semicolon, tokens.Comma, tokens.CloseBrace, tokens.CloseParen, tokens.At];
  const newLine = startsStatement(stuck.file, list, stuck.at);
  if (token !== undefined && !newLine && !closers.includes(token.tokenType)) return undefined;
  const ownLine = newLine || token === undefined || is(token, tokens.CloseBrace);
  const comma = is(token, tokens.Comma) && stuck.container !== "parameters";
  const number = suggestedNumber(stuck, stuck.at);
  const digits = String(number.payload);
  const closing = ownLine || comma ? [virtualToken(stuck, tokens.Semicolon, stuck.at)] : [];
  const insert = [...(wantsEquals ? [virtualToken(stuck, tokens.Equals, stuck.at)] : []), number, ...closing];
  const span = spanBehind(stuck, stuck.at);
  const place = comma ? { ...span, end: span.end + 1 } : span;
  const fix = fixOf(
    "Add the next free number",
    place,
    `${wantsEquals ? " =" : ""} ${digits}${closing.length > 0 ? ";" : ""}`,
  );
  const parameters = { ...numbered(stuck), number: digits };
  return mend({
    entry: syntaxCatalog.missingNumber,
    parameters,
    span,
    fix,
    start: stuck.at,
    remove: comma ? 1 : 0,
    insert,
  });
};

function isNumberedRule(stuck: Stuck): boolean {
  return stuck.rule === "field" || stuck.rule === "enumMember" || stuck.rule === "parameter";
}

/** `name: string = "x";` */
export const valueForNumber: Recogniser = (stuck) => {
  const token = stuck.tokens[stuck.at];
  if (stuck.wanted !== tokens.Int.name || !isNumberedRule(stuck) || !is(stuck.tokens[stuck.at - 1], tokens.Equals))
    return undefined;
  const values: unknown[] = [
    tokens.Text,
    tokens.Float,
    tokens.Duration,
    tokens.Size,
    tokens.OpenSquare,
    tokens.OpenBrace,
  ];
  if (token === undefined || !(tokens.isToken(token, tokens.Name) || values.includes(token.tokenType)))
    return undefined;
  const group = token.tokenType === tokens.OpenSquare || token.tokenType === tokens.OpenBrace;
  const end = group ? skipGroup(stuck.tokens, stuck.at) : stuck.at + 1;
  const number = suggestedNumber(stuck, stuck.at);
  const { what, name } = numbered(stuck);
  const value = group || stuck.container === "enum" ? "" : token.image;
  const span = spanOver(stuck, stuck.at, end);
  const text = `${String(number.payload)}${value === "" ? "" : ` @default(${value})`}`;
  const parameters = { what: `${what} \`${name}\``, value, number: String(number.payload) };
  return mend({
    entry: syntaxCatalog.valueForNumber,
    parameters,
    span,
    fix: fixOf("Write a number", span, text),
    start: stuck.at,
    remove: end - stuck.at,
    insert: [number],
  });
};

/** `name: string? = 1;` */
export const misplacedQuestion: Recogniser = (stuck) => {
  const name = headToken(stuck, 0);
  if (!is(stuck.tokens[stuck.at], tokens.Question) || name === undefined || !is(headToken(stuck, 1), tokens.Colon))
    return undefined;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const fix = {
    title: "Move `?` behind the name",
    edits: [
      { span: spanBehind(stuck, stuck.head + 1), text: "?" },
      { span, text: "" },
    ],
  };
  return mend({
    entry: syntaxCatalog.misplacedQuestion,
    parameters: { name: name.image },
    span,
    fix,
    start: stuck.at,
    remove: 1,
  });
};

/** `email: string | undefined = 1;`, `state: "on" | "off" = 2;` */
export const unionType: Recogniser = (stuck) => {
  const colon = stuck.tokens.findIndex((token, index) => index > stuck.head && token.tokenType === tokens.Colon);
  const bar = stuck.tokens[stuck.at];
  const literal = is(bar, tokens.Text) && colon === stuck.at - 1;
  if (colon < 0 || colon >= stuck.at || !(is(bar, tokens.Bar) || literal)) return undefined;
  let end = stuck.at;
  while (end < stuck.end && !is(stuck.tokens[end], tokens.Equals) && !is(stuck.tokens[end], tokens.At)) end++;
  const rest = stuck.tokens.slice(stuck.at, end);
  const empty = rest.length === 2 && /^(?:undefined|null)$/.test(rest[1]?.image ?? "");
  const name = headToken(stuck, 0)?.image ?? "";
  const first = textOver(stuck, colon + 1, stuck.at);
  const span = spanOver(stuck, stuck.at, literal ? end : stuck.at + 1);
  const help = literal
    ? ["a fixed set of words is an `enum`"]
    : empty
      ? [`write  ${name}?: ${first}`]
      : [`write  ${name}: oneof { first: ${first} = 1; ... };`];
  const fix = empty
    ? {
        title: "Make the field optional",
        edits: [
          ...questionEdits(stuck),
          { span: { ...spanOver(stuck, stuck.at, end), start: spanBehind(stuck, stuck.at).start }, text: "" },
        ],
      }
    : undefined;
  const insert = literal ? [tokens.makeToken(tokens.Name, "string", stuck.tokens[stuck.at]?.startOffset ?? 0)] : [];
  return mend({
    entry: syntaxCatalog.unionType,
    parameters: { help },
    span,
    fix,
    start: stuck.at,
    remove: end - stuck.at,
    insert,
  });
};

function questionEdits(stuck: Stuck): { span: ReturnType<typeof spanBehind>; text: string }[] {
  return is(headToken(stuck, 1), tokens.Question) ? [] : [{ span: spanBehind(stuck, stuck.head + 1), text: "?" }];
}

/** `reserved 5 to 9;`, `reserved old_name;` */
export const reservedItems: Recogniser = (stuck) => {
  const token = stuck.tokens[stuck.at];
  if (!is(headToken(stuck, 0), Keyword.reserved)) return undefined;
  const before = stuck.tokens[stuck.at - 1];
  const last = stuck.tokens[stuck.at + 1];
  if (token?.image === "to" && is(before, tokens.Int) && last !== undefined) {
    const span = spanOver(stuck, stuck.at - 1, stuck.at + 2);
    const rewritten = `${before.image}..${last.image}`;
    const insert = [virtualToken(stuck, tokens.DotDot, stuck.at)];
    return mend({
      entry: syntaxCatalog.protoRange,
      parameters: { rewritten },
      span,
      fix: fixOf("Write `..`", span, rewritten),
      start: stuck.at,
      remove: 1,
      insert,
    });
  }
  const at = stuck.at === stuck.head ? stuck.head + 1 : stuck.at;
  const word = stuck.tokens[at];
  const after = stuck.tokens[at + 1];
  if (!isName(word) || !(after === undefined || is(after, tokens.Comma) || is(after, tokens.Semicolon)))
    return undefined;
  const span = spanOver(stuck, at, at + 1);
  const wanted = `"${word.image}"`;
  const quoted = tokens.makeToken(tokens.Text, word.image, word.startOffset);
  quoted.payload = word.image;
  const insert = [quoted];
  const parameters = { found: `\`${word.image}\``, wanted: `\`${wanted}\`` };
  return mend({
    entry: syntaxCatalog.wrongToken,
    parameters,
    span,
    fix: fixOf("Put it in quotes", span, wanted),
    start: at,
    remove: 1,
    insert,
  });
};

const topLevelOnly = new Set<unknown>([
  Keyword.service,
  Keyword.error,
  Keyword.errors,
  Keyword.const,
  Keyword.type,
  Keyword.annotation,
  Keyword.import,
  Keyword.export,
  Keyword.package,
]);
const blockDeclarations = new Set<unknown>([Keyword.message, Keyword.enum, Keyword.union, Keyword.open]);

/** A `service` in a message, a `message` in a service. */
export const misplacedDeclaration: Recogniser = (stuck) => {
  const keyword = headToken(stuck, 0);
  if (keyword !== undefined && isMethodInFields(stuck))
    return dropStatement(stuck, (span) => ({
      entry: syntaxCatalog.misplacedDeclaration,
      parameters: {
        what: "a method",
        where: "a block of fields",
        help: "methods stand in a service:  service Users { ... }",
      },
      span,
      start: 0,
    }));
  if (keyword === undefined || !isName(headToken(stuck, 1))) return undefined;
  const nested =
    blockDeclarations.has(keyword.tokenType) && (stuck.container === "enum" || stuck.container === "service");
  if (!topLevelOnly.has(keyword.tokenType) && !nested) return undefined;
  const where =
    stuck.container === "service" ? "a service" : stuck.container === "enum" ? "an enum" : "a block of fields";
  const span = spanOver(stuck, stuck.head, stuck.head + 2);
  const parameters = { what: `\`${keyword.image}\``, where };
  return dropStatement(stuck, () => ({ entry: syntaxCatalog.misplacedDeclaration, parameters, span, start: 0 }));
};

/** `get(A): B;` outside of a service. */
function isMethodInFields(stuck: Stuck): boolean {
  return stuck.container !== "service" && isName(headToken(stuck, 0)) && is(headToken(stuck, 1), tokens.OpenParen);
}
