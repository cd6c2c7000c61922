import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Span } from "../../source/source-file.ts";
import type { TypeFamily } from "../annotations/annotation-spec.ts";
import { typeFamily } from "../annotations/type-family.ts";
import type { Scope } from "../names.ts";
import { type ResolvedType } from "../program.ts";
import type { ExpressionParts } from "./check-expressions.ts";
import type { CheckedExpression, Domain, ExpressionNode, TextRange } from "./expression.ts";
import { commonDomain, constantType, domainOf, type ExpressionType, expressionTypeText } from "./expression-type.ts";
import { checkName, type Typed } from "./name-check.ts";

/** Where an expression stands. */
export interface ExpressionContext extends ExpressionParts {
  readonly scope: Scope;
  /** Type of `this`, on a field or alias. */
  readonly self?: ResolvedType;
  readonly selfNode?: object;
  /** Symbol of the message whose fields have names. */
  readonly message?: object;
  readonly spanOf: (range: TextRange) => Span;
}

/** Checks that an expression is true or false; `undefined` when it is wrong, which was reported. */
export function typeCheck(node: ExpressionNode, context: ExpressionContext): CheckedExpression | undefined {
  const typed = check(node, context);
  if (typed === undefined || typed.type.kind === "unknown") return undefined;
  if (typed.type.kind === "bool") return typed.expression;
  const problem = `a check is true or false; this is ${expressionTypeText(typed.type)}`;
  return reportType(problem, node, context);
}

function reportType(problem: string, node: TextRange, context: ExpressionContext, help?: string): undefined {
  const parameters = help === undefined ? { problem } : { problem, help };
  context.report(catalog.checkType, parameters, { span: context.spanOf(node) });
  return undefined;
}

function check(node: ExpressionNode, context: ExpressionContext, expected?: ExpressionType): Typed | undefined {
  switch (node.kind) {
    case "literal": {
      const type = constantType(node.value);
      return type && { expression: { kind: "literal", value: node.value }, type };
    }
    case "name":
      return checkName(node, context, expected?.kind === "enum" ? expected.symbol : undefined);
    case "call":
      return checkCall(node, context);
    case "unary":
      return checkUnary(node, context);
    case "binary":
      return checkBinary(node, context);
  }
}

type NodeOf<K extends ExpressionNode["kind"]> = Extract<ExpressionNode, { kind: K }>;

function checkCall(node: NodeOf<"call">, context: ExpressionContext): Typed | undefined {
  const typed = node.argument.kind === "name" ? check(node.argument, context) : undefined;
  if (node.argument.kind !== "name") return reportType(`\`${node.name}\` takes a field`, node.argument, context);
  if (typed === undefined) return undefined;
  const { expression, resolved } = typed;
  if (node.name === "has") {
    if (expression.kind === "field") return { expression: { kind: "has", field: expression }, type: { kind: "bool" } };
    return reportType("`has` takes a field of the message", node.argument, context);
  }
  const isMeasured = resolved !== undefined && MEASURED.includes(typeFamily(resolved));
  if (isMeasured) return { expression: { kind: "size", of: expression }, type: { kind: "literal" } };
  return reportType(
    `\`size\` takes a string, bytes, a list or a map, not ${sideText(typed.type)}`,
    node.argument,
    context,
  );
}

const MEASURED: readonly (TypeFamily | undefined)[] = ["string", "bytes", "list", "map", "uuid"];

function checkUnary(node: NodeOf<"unary">, context: ExpressionContext): Typed | undefined {
  const operand = check(node.operand, context);
  if (operand === undefined || operand.type.kind === "unknown") return undefined;
  const { expression, type } = operand;
  if (node.operator === "!") {
    if (type.kind === "bool") return { expression: { kind: "not", operand: expression }, type };
    return reportType(`\`!\` takes true or false; this is ${expressionTypeText(type)}`, node.operand, context);
  }
  const isNumber = ["literal", "integer", "bigint", "float", "duration"].includes(type.kind);
  if (isNumber) return { expression: { kind: "negate", operand: expression }, type };
  return reportType(`\`-\` takes a number; this is ${expressionTypeText(type)}`, node.operand, context);
}

function checkBinary(node: NodeOf<"binary">, context: ExpressionContext): Typed | undefined {
  const [left, right] = checkSides(node, context);
  if (left === undefined || right === undefined) return undefined;
  if (left.type.kind === "unknown" || right.type.kind === "unknown") return undefined;
  const sides = { left: left.expression, right: right.expression };
  const { operator } = node;
  if (operator === "||" || operator === "&&") {
    const wrong = [left, right].findIndex(({ type }) => type.kind !== "bool");
    if (wrong < 0)
      return { expression: { kind: "binary", operator, domain: "bool", ...sides }, type: { kind: "bool" } };
    const text = expressionTypeText((wrong === 0 ? left : right).type);
    return reportType(
      `\`${operator}\` takes true or false; this is ${text}`,
      wrong === 0 ? node.left : node.right,
      context,
    );
  }
  const domain = commonDomain(left.type, right.type);
  if (domain === undefined) return reportSides(node, { left: left.type, right: right.type }, context);
  const type = resultType(operator, domain, left.type.kind === "literal" ? right.type : left.type);
  if (type === undefined) return reportType(`\`${operator}\` does not apply to ${sideText(left.type)}`, node, context);
  return { expression: { kind: "binary", operator, domain, ...sides }, type };
}

/** A side that is an enum lets the members of that enum stand bare on the other. */
function checkSides(node: NodeOf<"binary">, context: ExpressionContext): [Typed | undefined, Typed | undefined] {
  const isBare = (side: ExpressionNode): boolean => side.kind === "name" && side.parts.length === 1;
  if (isBare(node.left) && node.right.kind === "name" && !isBare(node.right)) {
    const right = check(node.right, context);
    return [check(node.left, context, right?.type), right];
  }
  const left = check(node.left, context);
  return [left, check(node.right, context, left?.type)];
}

function reportSides(
  node: NodeOf<"binary">,
  types: { readonly left: ExpressionType; readonly right: ExpressionType },
  context: ExpressionContext,
): undefined {
  const problem = `\`${node.operator}\` cannot take ${sideText(types.left)} and ${sideText(types.right)}`;
  const kinds = [types.left.kind, types.right.kind];
  const help =
    kinds.includes("bigint") && kinds.includes("float")
      ? "a 64-bit integer cannot be compared exactly with a fraction: use a whole number, or @js(number)"
      : kinds.includes("duration") && kinds.includes("literal")
        ? "write the number with its unit, such as `500ms`"
        : undefined;
  return reportType(problem, node, context, help);
}

function sideText(type: ExpressionType): string {
  return type.kind === "other" ? `a value of type \`${type.text}\`` : expressionTypeText(type);
}

const ORDERED: readonly Domain[] = ["number", "bigint", "timestamp"];

function resultType(operator: string, domain: Domain, operand: ExpressionType): ExpressionType | undefined {
  if (operator === "==" || operator === "!=") return { kind: "bool" };
  if (["<", "<=", ">", ">="].includes(operator)) return ORDERED.includes(domain) ? { kind: "bool" } : undefined;
  if (operand.kind === "duration" && !["+", "-"].includes(operator)) return undefined;
  return domainOf(operand) !== undefined && (domain === "number" || domain === "bigint") ? operand : undefined;
}
