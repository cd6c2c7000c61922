import type { BinaryOperator, ExpressionNode, TextRange } from "./expression.ts";
import { type Token, tokenize } from "./tokens.ts";

/** Most parts of one expression; what is longer belongs into code. */
export const MAX_EXPRESSION_NODES = 500;
/** Deepest nesting of parentheses and unary operators. */
const MAX_DEPTH = 32;

/** Why a text is no expression. */
export interface ExpressionProblem extends TextRange {
  readonly expected: string;
  readonly found: string;
}

/** Operators from the loosest to the tightest. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

interface Parser {
  readonly tokens: readonly Token[];
  position: number;
  nodes: number;
  depth: number;
  problem?: ExpressionProblem;
}

/** Parses the text of a `@check`. */
export function parseExpression(text: string): { node: ExpressionNode } | { problem: ExpressionProblem } {
  const parser: Parser = { tokens: tokenize(text), position: 0, nodes: 0, depth: 0 };
  const node = parseLevel(parser, 0);
  const rest = current(parser);
  if (node !== undefined && rest.kind !== "end") fail(parser, "an operator or the end");
  if (parser.problem !== undefined) return { problem: parser.problem };
  return node === undefined ? { problem: problemAt(rest, "a value") } : { node };
}

function current(parser: Parser): Token {
  return parser.tokens[Math.min(parser.position, parser.tokens.length - 1)] as Token;
}

function problemAt(token: Token, expected: string): ExpressionProblem {
  const found = token.kind === "end" ? "the end" : token.text.startsWith("a ") ? token.text : `\`${token.text}\``;
  return { expected, found, start: token.start, end: token.end };
}

function fail(parser: Parser, expected: string): undefined {
  parser.problem ??= problemAt(current(parser), expected);
  return undefined;
}

/** Takes the next token when it is one of some symbols. */
function take(parser: Parser, symbols: readonly string[]): Token | undefined {
  const token = current(parser);
  if (token.kind !== "symbol" || !symbols.includes(token.text)) return undefined;
  parser.position++;
  return token;
}

function counted(parser: Parser, node: ExpressionNode): ExpressionNode | undefined {
  if (++parser.nodes <= MAX_EXPRESSION_NODES) return node;
  return fail(parser, `an expression of at most ${MAX_EXPRESSION_NODES} parts`);
}

function parseLevel(parser: Parser, level: number): ExpressionNode | undefined {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(parser);
  let left = parseLevel(parser, level + 1);
  while (left !== undefined) {
    const operator = take(parser, operators);
    if (operator === undefined) return left;
    const right = parseLevel(parser, level + 1);
    if (right === undefined) return undefined;
    const range = { start: left.start, end: right.end };
    left = counted(parser, { kind: "binary", operator: operator.text as BinaryOperator, left, right, ...range });
  }
  return undefined;
}

function parseUnary(parser: Parser): ExpressionNode | undefined {
  const operator = take(parser, ["!", "-"]);
  if (operator === undefined) return parsePrimary(parser);
  if (++parser.depth > MAX_DEPTH) return fail(parser, "less nesting");
  const operand = parseUnary(parser);
  parser.depth--;
  if (operand === undefined) return undefined;
  const range = { start: operator.start, end: operand.end };
  return counted(parser, { kind: "unary", operator: operator.text as "!" | "-", operand, ...range });
}

function parsePrimary(parser: Parser): ExpressionNode | undefined {
  const token = current(parser);
  if (token.kind === "literal") {
    parser.position++;
    return counted(parser, { kind: "literal", value: token.value, start: token.start, end: token.end });
  }
  if (token.kind === "name") return parseName(parser);
  const open = take(parser, ["("]);
  if (open === undefined) return fail(parser, "a value");
  const inner = parseNested(parser);
  return inner && { ...inner.node, start: open.start, end: inner.end };
}

/** What stands after `(`, and the closing parenthesis. */
function parseNested(parser: Parser): { node: ExpressionNode; end: number } | undefined {
  if (++parser.depth > MAX_DEPTH) return fail(parser, "less nesting");
  const node = parseLevel(parser, 0);
  parser.depth--;
  if (node === undefined) return undefined;
  const close = take(parser, [")"]);
  return close === undefined ? fail(parser, "`)`") : { node, end: close.end };
}

function parseName(parser: Parser): ExpressionNode | undefined {
  const first = current(parser);
  parser.position++;
  const isCall = (first.text === "has" || first.text === "size") && take(parser, ["("]) !== undefined;
  if (isCall) {
    const argument = parseNested(parser);
    const name = first.text;
    return (
      argument &&
      counted(parser, { kind: "call", name, argument: argument.node, start: first.start, end: argument.end })
    );
  }
  const parts = [{ text: first.text, start: first.start, end: first.end }];
  while (take(parser, ["."]) !== undefined) {
    const part = current(parser);
    if (part.kind !== "name") return fail(parser, "the name of a field");
    parser.position++;
    parts.push({ text: part.text, start: part.start, end: part.end });
  }
  return counted(parser, { kind: "name", parts, start: first.start, end: parts.at(-1)?.end ?? first.end });
}
