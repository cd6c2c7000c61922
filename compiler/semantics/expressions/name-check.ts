import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { EnumMemberNode, Identifier, QualifiedName } from "../../syntax/ast.ts";
import { substitute } from "../instances.ts";
import { isSymbolOf, type ResolvedField, type ResolvedType, type SymbolOf } from "../program.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { withoutAlias } from "../types.ts";
import { enumReference } from "../values.ts";
import type { CheckedExpression, ExpressionNode } from "./expression.ts";
import { constantType, type ExpressionType, expressionTypeOf } from "./expression-type.ts";
import type { ExpressionContext } from "./type-check.ts";

/** A checked expression with what it yields, and its declared type where it has one. */
export interface Typed {
  readonly expression: CheckedExpression;
  readonly type: ExpressionType;
  readonly resolved?: ResolvedType;
}

type NameNode = Extract<ExpressionNode, { kind: "name" }>;
type Part = NameNode["parts"][number];

/** A name is `this`, a field, a member of an expected enum, a constant, or `Enum.member`; fields go first. */
export function checkName(node: NameNode, context: ExpressionContext, expected?: SymbolOf<"enum">): Typed | undefined {
  const [first, ...rest] = node.parts;
  if (first === undefined) return undefined;
  if (first.text === "this") return checkThis(first, rest, context);
  const start: Typed = { expression: { kind: "this" }, type: { kind: "unknown" } };
  const field = fieldsOf(context).find((each) => each.node.name.text === first.text);
  if (field !== undefined) return followPath(fieldOf(start, field, context), rest, context);
  const member = rest.length === 0 && expected ? memberOf(expected, first.text) : undefined;
  if (member !== undefined) return member;
  return checkConstant(node, context) ?? reportUnknown(first, context, expected);
}

function fieldsOf(context: ExpressionContext): readonly ResolvedField[] {
  return context.message === undefined
    ? []
    : (context.shapes.get(context.message)?.fields ?? []).filter(({ oneof }) => !oneof);
}

function checkThis(first: Part, rest: readonly Part[], context: ExpressionContext): Typed | undefined {
  const { self, selfNode, annotations } = context;
  if (self === undefined) {
    const parameters = { problem: "`this` is the value of a field; a message has its fields by name" };
    context.report(catalog.checkType, parameters, { span: context.spanOf(first) });
    return undefined;
  }
  const type = expressionTypeOf(self, selfNode, annotations);
  return followPath({ expression: { kind: "this" }, type, resolved: self }, rest, context);
}

function fieldOf(object: Typed, field: ResolvedField, context: ExpressionContext): Typed {
  const base = object.resolved && withoutAlias(object.resolved);
  const resolved = base?.kind === "declared" ? substitute(field.type, base.arguments) : field.type;
  return {
    expression: { kind: "field", object: object.expression, node: field.node, type: resolved },
    type: expressionTypeOf(resolved, field.node, context.annotations),
    resolved,
  };
}

function followPath(start: Typed, parts: readonly Part[], context: ExpressionContext): Typed | undefined {
  let current = start;
  for (const part of parts) {
    const base = current.resolved && withoutAlias(current.resolved);
    if (base?.kind === "unknown") return undefined;
    const symbol = base?.kind === "declared" && base.symbol.node.kind !== "enum" ? base.symbol : undefined;
    const fields = symbol === undefined ? [] : (context.shapes.get(symbol)?.fields ?? []);
    const usable = symbol?.node.kind === "message" ? fields.filter(({ oneof }) => !oneof) : [];
    const field = usable.find(({ node }) => node.name.text === part.text);
    if (field === undefined) {
      const owner = symbol === undefined ? "this value" : `\`${symbol.name}\``;
      const suggestion = closest(
        part.text,
        usable.map(({ node }) => node.name.text),
      );
      context.report(catalog.checkName, { name: part.text, owner, suggestion }, { span: context.spanOf(part) });
      return undefined;
    }
    current = fieldOf(current, field, context);
  }
  return current;
}

function memberOf(symbol: SymbolOf<"enum">, name: string): Typed | undefined {
  const member = symbol.node.members.find(
    (each): each is EnumMemberNode => each.kind === "enum_member" && each.name.text === name,
  );
  if (member === undefined) return undefined;
  const number = Number(member.number?.value ?? 0n);
  const value: ConstantValue = { kind: "enum", enum: enumReference(symbol), member: name, number };
  return { expression: { kind: "literal", value }, type: { kind: "enum", symbol } };
}

/** A constant, or `Enum.member`; sizes count as their bytes. */
function checkConstant(node: NameNode, context: ExpressionContext): Typed | undefined {
  const name = qualifiedName(node, context);
  const { meaning, holder, at } = context.names.find(name, context.scope);
  const last = node.parts.at(-1);
  if (holder?.kind === "symbol" && isSymbolOf(holder.symbol, "enum") && last && at === node.parts.length - 1) {
    return memberOf(holder.symbol, last.text);
  }
  if (meaning?.kind !== "symbol" || !isSymbolOf(meaning.symbol, "constant")) return undefined;
  const constant = context.values.constant(meaning.symbol);
  const value: ConstantValue | undefined =
    constant?.kind === "size" ? { kind: "int", value: String(constant.bytes) } : constant;
  const type = value && constantType(value);
  if (value === undefined)
    return { expression: { kind: "literal", value: { kind: "bool", value: true } }, type: { kind: "unknown" } };
  return type && { expression: { kind: "literal", value }, type };
}

function qualifiedName(node: NameNode, context: ExpressionContext): QualifiedName {
  const parts = node.parts.map((part): Identifier => ({
    kind: "identifier",
    text: part.text,
    span: context.spanOf(part),
  }));
  return { kind: "qualified_name", parts, text: parts.map(({ text }) => text).join("."), span: context.spanOf(node) };
}

function reportUnknown(first: Part, context: ExpressionContext, expected: SymbolOf<"enum"> | undefined): undefined {
  const names = fieldsOf(context).map(({ node }) => node.name.text);
  const members = expected?.node.members.flatMap((each) => (each.kind === "enum_member" ? [each.name.text] : [])) ?? [];
  const suggestion = closest(first.text, [...names, ...members]);
  const { symbol } = context.scope;
  const isValue = context.message === undefined || symbol === undefined;
  const owner = isValue ? "the value" : `\`${symbol.name}\``;
  const parameters = { name: first.text, owner, suggestion, isValue };
  context.report(catalog.checkName, parameters, { span: context.spanOf(first) });
  return undefined;
}
