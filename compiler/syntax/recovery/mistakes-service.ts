import { syntaxCatalog } from "../../diagnostics/catalog-syntax.ts";
import * as tokens from "../tokens.ts";
import type { Token } from "../tokens.ts";
import { skipGroup } from "./extent.ts";
import { dropStatement } from "./mistakes-general.ts";
import { replaceStatement } from "./mistakes-fields.ts";
import {
  fixOf,
  headToken,
  is,
  isName,
  mend,
  type Recogniser,
  spanBehind,
  spanOver,
  type Stuck,
  textOver,
  virtualToken,
} from "./stuck.ts";

interface Signature {
  readonly name: Token;
  readonly request: readonly [from: number, to: number];
  readonly response: readonly [from: number, to: number];
}

/** `rpc Get(A) returns (stream B)`, with or without `rpc`. */
function readSignature(stuck: Stuck): Signature | undefined {
  const list = stuck.tokens;
  const start = stuck.head + (headToken(stuck, 0)?.image === "rpc" && isName(headToken(stuck, 1)) ? 1 : 0);
  const name = list[start];
  if (!isName(name) || !is(list[start + 1], tokens.OpenParen)) return undefined;
  const requestEnd = skipGroup(list, start + 1);
  if (list[requestEnd]?.image !== "returns" || !is(list[requestEnd + 1], tokens.OpenParen)) return undefined;
  const responseEnd = skipGroup(list, requestEnd + 1);
  return { name, request: [start + 2, requestEnd - 1], response: [requestEnd + 2, responseEnd - 1] };
}

const leadingDot = /^(stream\s+)?\./;
const emptyMessage = /^\.?google\.protobuf\.Empty$/;

/** `rpc Get(A) returns (B);` */
export const protoMethod: Recogniser = (stuck) => {
  const signature = readSignature(stuck);
  if (signature === undefined) return bareRpc(stuck);
  const list = stuck.tokens;
  const { name, request, response } = signature;
  const given = textOver(stuck, ...request)
    .replace(emptyMessage, "")
    .replace(leadingDot, "$1");
  const result = textOver(stuck, ...response)
    .replace(emptyMessage, "void")
    .replace(leadingDot, "$1");
  const methodName = name.image.charAt(0).toLowerCase() + name.image.slice(1);
  const rewritten = `${methodName}(${given}): ${result};`;
  const open = virtualToken(stuck, tokens.OpenParen, request[0]);
  const close = virtualToken(stuck, tokens.CloseParen, request[1]);
  const colon = virtualToken(stuck, tokens.Colon, response[0]);
  const parameters = given === "" ? [] : withoutDot(list.slice(...request));
  const insert = [
    name,
    open,
    ...parameters,
    close,
    colon,
    ...withoutDot(list.slice(...response)),
    virtualToken(stuck, tokens.Semicolon, stuck.end),
  ];
  return replaceStatement(stuck, insert, (span) => ({
    entry: syntaxCatalog.protoMethod,
    parameters: { rewritten },
    span,
    fix: fixOf("Write it as a signature", span, rewritten),
    start: 0,
  }));
};

function withoutDot(list: readonly Token[]): readonly Token[] {
  const at = is(list[0], tokens.Keyword.stream) ? 1 : 0;
  return is(list[at], tokens.Dot) ? [...list.slice(0, at), ...list.slice(at + 1)] : list;
}

/** `rpc` before anything else. */
const bareRpc: Recogniser = (stuck) => {
  const next = headToken(stuck, 1);
  if (headToken(stuck, 0)?.image !== "rpc" || !isName(next)) return undefined;
  const span = spanOver(stuck, stuck.head, stuck.head + 1);
  const edit = { span: { ...span, end: next.startOffset }, text: "" };
  const parameters = { rewritten: `${next.image}(Request): Response;` };
  return mend({
    entry: syntaxCatalog.protoMethod,
    parameters,
    span,
    fix: { title: "Remove `rpc`", edits: [edit] },
    start: stuck.head,
    remove: 1,
  });
};

/** `get(A): B { ... }` */
export const methodBody: Recogniser = (stuck) => {
  const open = stuck.tokens[stuck.at];
  if (stuck.rule !== "method" || stuck.wanted !== tokens.Semicolon.name || !is(open, tokens.OpenBrace))
    return undefined;
  const close = skipGroupOfBlocks(stuck.tokens, stuck.at);
  const more = is(stuck.tokens[close], tokens.Semicolon) ? 1 : 0;
  const span = spanOver(stuck, stuck.at, stuck.at + 1);
  const body = spanOver(stuck, stuck.at, close + more);
  const edit = { span: { ...body, start: spanBehind(stuck, stuck.at).start }, text: ";" };
  const insert = [virtualToken(stuck, tokens.Semicolon, stuck.at)];
  return mend({
    entry: syntaxCatalog.methodBody,
    parameters: {},
    span,
    fix: { title: "Remove the body", edits: [edit] },
    start: stuck.at,
    remove: close + more - stuck.at,
    insert,
  });
};

function skipGroupOfBlocks(list: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < list.length; index++) {
    if (is(list[index], tokens.OpenBrace)) depth++;
    if (is(list[index], tokens.CloseBrace) && --depth === 0) return index + 1;
  }
  return list.length;
}

/** `get: User;` */
export const methodWithoutParentheses: Recogniser = (stuck) => {
  const name = headToken(stuck, 0);
  const next = headToken(stuck, 1);
  if (!isName(name) || !(is(next, tokens.Colon) || is(next, tokens.Semicolon)) || stuck.at > stuck.head + 1)
    return undefined;
  const span = spanBehind(stuck, stuck.head + 1);
  const rest = textOver(stuck, stuck.head + 1, stuck.end);
  const parameters = { name: name.image, rewritten: `${name.image}()${rest};` };
  const insert = [
    virtualToken(stuck, tokens.OpenParen, stuck.head + 1),
    virtualToken(stuck, tokens.CloseParen, stuck.head + 1),
  ];
  return mend({
    entry: syntaxCatalog.methodShape,
    parameters,
    span,
    fix: fixOf("Add `()`", span, "()"),
    start: stuck.head + 1,
    insert,
  });
};

/** `merge(A, B): C;` */
export const severalMessages: Recogniser = (stuck) => {
  if (
    stuck.container !== "parameters" ||
    !is(stuck.tokens[stuck.at], tokens.Comma) ||
    stuck.wanted !== tokens.CloseParen.name
  )
    return undefined;
  let close = stuck.at;
  while (
    close < stuck.tokens.length &&
    !is(stuck.tokens[close], tokens.CloseParen) &&
    !is(stuck.tokens[close], tokens.Semicolon)
  )
    close++;
  const span = spanOver(stuck, stuck.at, close);
  return mend({
    entry: syntaxCatalog.severalMessages,
    parameters: {},
    span,
    start: stuck.at,
    remove: close - stuck.at,
  });
};

/** Fields in a service. */
export const fieldInService: Recogniser = (stuck) => {
  const typed = is(headToken(stuck, 1), tokens.Question) ? 2 : 1;
  if (!isName(headToken(stuck, 0)) || !is(headToken(stuck, typed), tokens.Colon)) return undefined;
  if (!stuck.tokens.slice(stuck.head, stuck.end).some((token) => token.tokenType === tokens.Equals)) return undefined;
  return dropStatement(stuck, (span) => ({
    entry: syntaxCatalog.misplacedDeclaration,
    parameters: {
      what: "a field",
      where: "a service",
      help: "fields stand in a message; a method has parentheses:  get(Request): Response;",
    },
    span,
    start: 0,
  }));
};

/** `get(id uint64 = 1): User;` */
export const parameterColon: Recogniser = (stuck) => {
  const name = stuck.tokens[stuck.at - 1];
  const type = stuck.tokens[stuck.at];
  if (stuck.container !== "parameters" || !isName(name) || !isName(type) || stuck.wanted !== tokens.CloseParen.name)
    return undefined;
  const span = spanBehind(stuck, stuck.at);
  const parameters = { missing: "`:`", before: `\`${type.image}\`` };
  const insert = [virtualToken(stuck, tokens.Colon, stuck.at)];
  return mend({
    entry: syntaxCatalog.missingToken,
    parameters,
    span,
    fix: fixOf("Add `:`", span, ":"),
    start: stuck.at,
    insert,
  });
};
