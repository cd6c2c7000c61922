import type {
  ConstantValue,
  EnumDescriptor,
  FieldDescriptor,
  Reference,
  ScalarType,
  Type,
} from "@rpcgen/runtime/descriptor";
import { type Code, code } from "./code.ts";
import { inlineObject } from "./layout.ts";
import { bigintLiteral, booleanLiteral, numberLiteral, stringLiteral } from "./literal.ts";
import { declarationOf, type ModuleContext } from "./module-context.ts";
import { structuralType, typeExpression } from "./type-expression.ts";

/**
 * What a member holds when nobody has set it, as an expression without brand: the `@default`, else the zero of its type.
 * `undefined` for messages and unions, whose default is built by their own `create`.
 */
export function plainDefault(context: ModuleContext, field: FieldDescriptor): Code | undefined {
  return field.default === undefined
    ? plainZero(context, field.type)
    : constantExpression(context, field.default, field.type);
}

/** The zero of a type as an expression without brand; `undefined` for messages and unions. */
export function plainZero(context: ModuleContext, type: Type): Code | undefined {
  switch (type.kind) {
    case "scalar":
      return zeroScalar(type);
    case "enum":
      return memberExpression(context, type, 0);
    case "list":
      return code`[]`;
    case "map":
      return code`new Map()`;
    case "builtin":
      return zeroBuiltin(type.name);
    default:
      return undefined;
  }
}

function zeroScalar(type: ScalarType): Code {
  if (type.scalar === "bool") return code`false`;
  if (type.scalar === "string") return code`""`;
  if (type.scalar === "bytes") return code`new Uint8Array(0)`;
  if (!isInt64(type)) return code`0`;
  return type.js === "number" ? code`0` : type.js === "string" ? code`"0"` : code`0n`;
}

function zeroBuiltin(name: "timestamp" | "duration" | "json" | "any" | "uuid" | "void"): Code {
  switch (name) {
    case "timestamp":
      return code`new Date(0)`;
    case "duration":
      return code`0`;
    case "json":
      return code`null`;
    case "any":
      return inlineObject([code`typeUrl: ""`, code`value: new Uint8Array(0)`]);
    case "uuid":
      return code`""`;
    case "void":
      return code`undefined`;
  }
}

/** An evaluated constant as an expression of the given type, without brand. */
export function constantExpression(context: ModuleContext, value: ConstantValue, type: Type): Code {
  switch (value.kind) {
    case "bool":
      return code`${booleanLiteral(value.value)}`;
    case "string":
      return code`${stringLiteral(value.value)}`;
    case "int":
      return integerExpression(value.value, type);
    case "float":
      return Number.isFinite(value.value) ? code`${numberLiteral(value.value)}` : notFinite(value.value);
    case "duration":
      return code`${numberLiteral(value.ms)}`;
    case "size":
      return integerExpression(String(value.bytes), type);
    case "enum":
      return memberExpression(context, value.enum, value.number);
    default:
      throw new TypeError(`a ${value.kind} cannot be the default of a field`);
  }
}

function notFinite(value: number): Code {
  if (Number.isNaN(value)) return code`NaN`;
  return value > 0 ? code`Infinity` : code`-Infinity`;
}

function integerExpression(decimal: string, type: Type): Code {
  if (type.kind !== "scalar" || !isInt64(type)) return code`${numberLiteral(Number(decimal))}`;
  if (type.js === "number") return code`${numberLiteral(Number(decimal))}`;
  return type.js === "string" ? code`${stringLiteral(decimal)}` : code`${bigintLiteral(decimal)}`;
}

/** True for the scalars that are bigint unless `@js` says otherwise. */
export function isInt64(type: ScalarType): boolean {
  return /^(u|s|s?fixed|)(int)?64$/.test(type.scalar);
}

/** The descriptor of an enum wherever it is declared. */
export function enumOf(context: ModuleContext, reference: Reference): EnumDescriptor {
  const found = declarationOf(context, reference);
  if (found.kind !== "enum") throw new TypeError(`${reference.fullName} is not an enum of the schema`);
  return found;
}

/** The member with a number, as the TypeScript type spells it. */
export function memberExpression(context: ModuleContext, reference: Reference, number: number): Code {
  if (context.options.enums === "number") return code`${numberLiteral(number)}`;
  const member = enumOf(context, reference).members.find((candidate) => candidate.number === number);
  return member === undefined ? code`${numberLiteral(number)}` : code`${stringLiteral(member.name)}`;
}

/** `expression as UserId` when the type is branded. */
export function branded(context: ModuleContext, type: Type, expression: Code): Code {
  if (type.alias?.brand !== true) return expression;
  const name = typeExpression(context, type, "value");
  if (type.kind === "list") return code`${expression} as ${structuralType(context, type, "value")} as ${name}`;
  return code`${expression} as ${name}`;
}
