import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import type { Annotations } from "../annotations/check-annotations.ts";
import { typeFamily } from "../annotations/type-family.ts";
import { isSymbolOf, type ResolvedType, type SymbolOf } from "../program.ts";
import { aliasChain, typeText, withoutAlias } from "../types.ts";
import type { Domain } from "./expression.ts";

/** What an expression yields, as far as operators care. */
export type ExpressionType =
  /** An integer literal, which suits every kind of number. */
  | { readonly kind: "literal" }
  | { readonly kind: "integer" | "bigint" | "float" | "string" | "bool" | "duration" | "timestamp" }
  | { readonly kind: "enum"; readonly symbol: SymbolOf<"enum"> }
  /** Something that has no operators: a message, a list. */
  | { readonly kind: "other"; readonly text: string }
  /** Was reported. */
  | { readonly kind: "unknown" };

/** The expression type of a value of a declared type; `@js(number)` makes numbers of 64-bit integers. */
export function expressionTypeOf(
  type: ResolvedType,
  node: object | undefined,
  annotations: Annotations,
): ExpressionType {
  const base = withoutAlias(type);
  if (base.kind === "unknown") return { kind: "unknown" };
  if (base.kind === "declared" && isSymbolOf(base.symbol, "enum")) return { kind: "enum", symbol: base.symbol };
  switch (typeFamily(type)) {
    case "string":
    case "uuid":
      return { kind: "string" };
    case "bool":
      return { kind: "bool" };
    case "float":
      return { kind: "float" };
    case "integer":
      return { kind: "integer" };
    case "integer64":
      return { kind: isJsNumber(type, node, annotations) ? "integer" : "bigint" };
    case "duration":
      return { kind: "duration" };
    case "timestamp":
      return { kind: "timestamp" };
    default:
      return { kind: "other", text: typeText(type) };
  }
}

/** The annotation at the field counts first, then those of its aliases from the outside in. */
function isJsNumber(type: ResolvedType, node: object | undefined, annotations: Annotations): boolean {
  const nodes = [...(node === undefined ? [] : [node]), ...aliasChain(type).map((symbol) => symbol.node)];
  const word = nodes
    .map((each) => annotations.find(each, "js")?.arguments.get("type"))
    .find((each) => each !== undefined);
  return word?.kind === "word" && word.value === "number";
}

/** The expression type of a constant. */
export function constantType(value: ConstantValue): ExpressionType | undefined {
  switch (value.kind) {
    case "int":
    case "size":
      return { kind: "literal" };
    case "float":
      return { kind: "float" };
    case "string":
    case "bool":
    case "duration":
      return { kind: value.kind };
    default:
      return undefined;
  }
}

/** An expression type in words. */
export function expressionTypeText(type: ExpressionType): string {
  switch (type.kind) {
    case "literal":
    case "integer":
    case "float":
      return "a number";
    case "bigint":
      return "a 64-bit integer";
    case "string":
      return "a string";
    case "bool":
      return "true or false";
    case "duration":
      return "a duration";
    case "timestamp":
      return "a point in time";
    case "enum":
      return `a \`${type.symbol.name}\``;
    case "other":
      return `of type \`${type.text}\``;
    case "unknown":
      return "unknown";
  }
}

/** The domain that two operands can be brought to; `undefined` when there is none. */
export function commonDomain(left: ExpressionType, right: ExpressionType): Domain | undefined {
  if (left.kind === "enum" || right.kind === "enum") {
    return left.kind === "enum" && right.kind === "enum" && left.symbol === right.symbol ? "enum" : undefined;
  }
  if (left.kind === "other" || right.kind === "other") return undefined;
  if (left.kind === right.kind) return domainOf(left);
  const kinds = [left.kind, right.kind];
  if (!kinds.every((kind) => ["literal", "integer", "bigint", "float"].includes(kind))) return undefined;
  if (!kinds.includes("bigint")) return "number";
  return kinds.includes("float") ? undefined : "bigint";
}

/** The domain in which values of a type are compared. */
export function domainOf(type: ExpressionType): Domain | undefined {
  switch (type.kind) {
    case "literal":
    case "integer":
    case "float":
    case "duration":
      return "number";
    case "bigint":
    case "string":
    case "bool":
    case "timestamp":
    case "enum":
      return type.kind;
    default:
      return undefined;
  }
}
