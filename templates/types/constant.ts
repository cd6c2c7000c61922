import type { ConstantDescriptor, ConstantValue } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Literal } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { array, assign, concat, inlineObject, inlineObjectType, numberArray } from "../layout.ts";
import { bigintLiteral, booleanLiteral, numberLiteral, stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident } from "../naming.ts";
import { typeExpression } from "../type-expression.ts";

/** `export const MAX_NAME: number = 80;` Durations are milliseconds, sizes bytes. */
export function constantValue(context: ModuleContext, constant: ConstantDescriptor, name: Ident): Code {
  const type = constantType(context, constant.value);
  return code`
    ${docComment({ ...constant, notes: unitNotes(constant.value) })}
    ${assign(code`export const ${name}: ${type}`, constantExpression(context, constant.value))};
  `;
}

function unitNotes(value: ConstantValue): string[] {
  if (value.kind === "duration") return ["In milliseconds."];
  return value.kind === "size" ? ["In bytes."] : [];
}

/** A constant as a TypeScript expression. */
export function constantExpression(context: ModuleContext, value: ConstantValue): Code | Literal {
  switch (value.kind) {
    case "bool":
      return booleanLiteral(value.value);
    case "int":
      return integer(value.value);
    case "float":
      return floatExpression(value.value);
    case "string":
    case "word":
      return stringLiteral(value.value);
    case "duration":
      return numberLiteral(value.ms);
    case "size":
      return numberLiteral(value.bytes);
    case "enum":
      return context.options.enums === "number" ? numberLiteral(value.number) : stringLiteral(value.member);
    case "range":
      return inlineObject(bounds(value).map(([name, bound]) => code`${ident(name)}: ${numberText(bound)}`));
    case "list":
      return listExpression(context, value.values);
    case "record":
      return inlineObject(
        value.entries.map((entry) => code`${ident(entry.name)}: ${constantExpression(context, entry.value)}`),
      );
  }
}

/** The TypeScript type of a constant. */
export function constantType(context: ModuleContext, value: ConstantValue): Code {
  switch (value.kind) {
    case "bool":
      return code`boolean`;
    case "int":
      return isSafe(value.value) ? code`number` : code`bigint`;
    case "float":
    case "duration":
    case "size":
      return code`number`;
    case "string":
    case "word":
      return code`string`;
    case "enum":
      return typeExpression(context, value.enum, "value");
    case "range":
      return inlineObjectType(bounds(value).map(([name, bound]) => code`readonly ${ident(name)}: ${boundType(bound)}`));
    case "list":
      return listType(context, value.values);
    case "record":
      return inlineObjectType(
        value.entries.map((entry) => code`readonly ${ident(entry.name)}: ${constantType(context, entry.value)}`),
      );
  }
}

function listExpression(context: ModuleContext, values: readonly ConstantValue[]): Code {
  const items = values.map((value) => constantExpression(context, value));
  const plain = items.filter((item): item is Literal => typeof item === "string" && /^-?[\d.e-]+$/.test(item));
  return items.length > 1 && plain.length === items.length ? numberArray(plain, 1) : array(items);
}

function listType(context: ModuleContext, values: readonly ConstantValue[]): Code {
  const types = new Map(values.map((value) => [kindOf(value), constantType(context, value)]));
  const [only] = types.values();
  if (only === undefined) return code`readonly never[]`;
  if (types.size === 1) return concat(code`readonly `, only, code`[]`);
  const [first, ...others] = types.values();
  return code`readonly (${concat(first ?? code`never`, ...others.map((type) => code` | ${type}`))})[]`;
}

function kindOf(value: ConstantValue): string {
  if (value.kind === "int") return isSafe(value.value) ? "number" : "bigint";
  if (value.kind === "float" || value.kind === "duration" || value.kind === "size") return "number";
  if (value.kind === "enum") return value.enum.fullName;
  if (value.kind === "list" || value.kind === "record") return JSON.stringify(value);
  return value.kind === "word" ? "string" : value.kind;
}

function floatExpression(value: number): Code | Literal {
  if (Number.isNaN(value)) return code`NaN`;
  if (!Number.isFinite(value)) return value < 0 ? code`-Infinity` : code`Infinity`;
  return numberLiteral(value);
}

function integer(decimal: string): Literal {
  return isSafe(decimal) ? numberLiteral(Number(decimal)) : bigintLiteral(decimal);
}

function isSafe(decimal: string): boolean {
  return Number.isSafeInteger(Number(decimal));
}

function bounds(range: { readonly min?: string; readonly max?: string }): [string, string][] {
  const found: [string, string][] = [];
  if (range.min !== undefined) found.push(["min", range.min]);
  if (range.max !== undefined) found.push(["max", range.max]);
  return found;
}

function numberText(bound: string): Literal {
  return /^-?\d+$/.test(bound) ? integer(bound) : numberLiteral(Number(bound));
}

function boundType(bound: string): Code {
  return /^-?\d+$/.test(bound) && !isSafe(bound) ? code`bigint` : code`number`;
}
