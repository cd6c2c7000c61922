import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { skipGroup, skipType } from "./extent.ts";
import { looksLikeType, replaceStatement, suggestedNumber } from "./mistakes-fields.ts";
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

const labels = new Set(["optional", "required", "repeated"]);

/** `repeated string tags = 5 [deprecated = true];` */
export const protoField: Recogniser = (stuck) => {
  const first = headToken(stuck, 0);
  const label =
    first !== undefined && labels.has(first.image) && !is(headToken(stuck, 1), tokens.Equals) ? first.image : "";
  const typeStart = stuck.head + (label === "" ? 0 : 1);
  const typeEnd = skipType(stuck.tokens, typeStart);
  const name = stuck.tokens[typeEnd];
  const after = stuck.tokens[typeEnd + 1];
  if (typeEnd === typeStart || !isName(name) || !(is(after, tokens.Equals) || is(after, tokens.Semicolon)))
    return undefined;
  const type = stuck.tokens[typeStart];
  if (label === "" && typeEnd === typeStart + 1 && looksLikeType(name.image) && !looksLikeType(type?.image ?? ""))
    return undefined;
  return rewriteField(stuck, { label, typeStart, typeEnd, name });
};

interface ProtoParts {
  readonly label: string;
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly name: Token;
}

function rewriteField(stuck: Stuck, { label, typeStart, typeEnd, name }: ProtoParts): Mend | undefined {
  const list = stuck.tokens;
  const written = list[typeEnd + 2];
  const hasNumber = is(list[typeEnd + 1], tokens.Equals);
  if (hasNumber && !is(written, tokens.Int)) return undefined;
  const number = written !== undefined && hasNumber ? written : suggestedNumber(stuck, typeEnd + 1);
  const shownNumber = hasNumber ? number.image : String(number.payload);
  const start = is(list[typeStart], tokens.Dot) ? typeStart + 1 : typeStart;
  const typeText = textOver(stuck, start, typeEnd) + (label === "repeated" ? "[]" : "");
  const extra = (label === "required" ? " @required" : "") + optionsAsAnnotations(stuck, typeEnd + 3);
  const rewritten = `${name.image}${label === "optional" ? "?" : ""}: ${typeText} = ${shownNumber}${extra};`;
  const colon = [
    ...(label === "optional" ? [virtualToken(stuck, tokens.Question, typeEnd)] : []),
    virtualToken(stuck, tokens.Colon, typeEnd),
  ];
  const suffix =
    label === "repeated"
      ? [virtualToken(stuck, tokens.OpenSquare, typeEnd), virtualToken(stuck, tokens.CloseSquare, typeEnd)]
      : [];
  const closing = [
    virtualToken(stuck, tokens.Equals, typeEnd + 1),
    number,
    virtualToken(stuck, tokens.Semicolon, stuck.end),
  ];
  const insert = [name, ...colon, ...list.slice(start, typeEnd), ...suffix, ...closing];
  return replaceStatement(stuck, insert, (span) => ({
    entry: syntaxCatalog.protoField,
    parameters: { rewritten },
    span,
    fix: fixOf("Write it in .rpc order", span, rewritten),
    start: 0,
  }));
}

/** ` @deprecated @json("x")` for `[deprecated = true, json_name = "x"]`; other options have no counterpart. */
function optionsAsAnnotations(stuck: Stuck, open: number): string {
  if (!is(stuck.tokens[open], tokens.OpenSquare)) return "";
  const close = skipGroup(stuck.tokens, open);
  let result = "";
  for (let index = open + 1; index < close; index++) {
    const value = stuck.tokens[index + 2];
    if (!is(stuck.tokens[index + 1], tokens.Equals) || value === undefined) continue;
    const word = stuck.tokens[index]?.image;
    if (word === "deprecated" && value.image === "true") result += " @deprecated";
    if (word === "json_name") result += ` @json(${value.image})`;
    if (word === "default") result += ` @default(${value.image})`;
  }
  return result;
}

/** `oneof contact { ... }` */
export const protoOneof: Recogniser = (stuck) => {
  const name = headToken(stuck, 1);
  const open = stuck.head + 2;
  if (!is(headToken(stuck, 0), Keyword.oneof) || !isName(name) || !is(stuck.tokens[open], tokens.OpenBrace))
    return undefined;
  const close = skipBlock(stuck.tokens, open);
  const span = spanOver(stuck, stuck.head, open);
  const edits = [
    { span, text: `${name.image}?: oneof` },
    { span: spanBehind(stuck, close), text: ";" },
  ];
  const keyword = stuck.tokens[stuck.head] ?? name;
  const head = [name, virtualToken(stuck, tokens.Question, open), virtualToken(stuck, tokens.Colon, open), keyword];
  const insert = [...head, ...stuck.tokens.slice(open, close), virtualToken(stuck, tokens.Semicolon, close)];
  const parameters = { rewritten: `${name.image}?: oneof { ... };` };
  return mend({
    entry: syntaxCatalog.protoOneof,
    parameters,
    span,
    fix: { title: "Write it as a field", edits },
    start: stuck.head,
    remove: close - stuck.head,
    insert,
  });
};

function skipBlock(list: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < list.length; index++) {
    if (is(list[index], tokens.OpenBrace)) depth++;
    if (is(list[index], tokens.CloseBrace) && --depth === 0) return index + 1;
  }
  return list.length;
}
