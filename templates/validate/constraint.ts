import type { Constraint, ConstantValue, Type } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Piece } from "../code.ts";
import { constantExpression } from "../default-value.ts";
import { arrow, call } from "../layout.ts";
import { bigintLiteral, numberLiteral, regularExpressionLiteral, stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import { checkExpression, mayThrow, type Surroundings } from "./expression.ts";

/** A value to be checked. */
export interface Subject {
  readonly value: Code;
  /** The path as an expression. */
  readonly path: Piece;
  readonly type: Type;
}

/** The statements that check one constraint on a value. */
export function constraintStatements(context: ModuleContext, constraint: Constraint, subject: Subject): Code[] {
  const args: Piece[] = [locals.violations, subject.path, subject.value];
  switch (constraint.kind) {
    case "length":
      return [statement(context, lengthCheck[constraint.unit], [...args, ...sizes(constraint.min, constraint.max)])];
    case "range":
      return rangeStatements(context, constraint, subject, args);
    case "pattern":
      return [statement(context, "checkPattern", [...args, regularExpressionLiteral(constraint.pattern)])];
    case "format":
      return [statement(context, "checkFormat", [...args, stringLiteral(constraint.format)])];
    case "unique":
      return [statement(context, "checkUnique", args)];
    case "in":
    case "not_in": {
      const values = constraint.values.map((value) => comparable(context, value, subject.type));
      return [statement(context, constraint.kind === "in" ? "checkOneOf" : "checkNoneOf", [...args, ...values])];
    }
    case "check":
      return [checkStatement(ownSurroundings(context, subject), constraint, subject.path)];
  }
}

/** `checkThat(violations, path, expression, message);` */
export function checkStatement(
  surroundings: Surroundings,
  constraint: Extract<Constraint, { kind: "check" }>,
  path: Piece,
): Code {
  const holds = checkExpression(surroundings, constraint.expression);
  const test = mayThrow(constraint.expression) ? arrow([], holds) : holds;
  return statement(surroundings.context, "checkThat", [
    locals.violations,
    path,
    test,
    stringLiteral(constraint.message),
  ]);
}

const lengthCheck = { characters: "checkLength", bytes: "checkBytes", items: "checkItems" } as const;

type Check = Extract<Parameters<ModuleContext["imports"]["runtime"]>[0], `check${string}`>;

function statement(context: ModuleContext, check: Check, args: readonly Piece[]): Code {
  return code`${call(context.imports.runtime(check), args)};`;
}

function sizes(min: number | undefined, max: number | undefined): Piece[] {
  const low = numberLiteral(min ?? 0);
  return max === undefined ? [low] : [low, numberLiteral(max)];
}

function rangeStatements(
  context: ModuleContext,
  range: Extract<Constraint, { kind: "range" }>,
  subject: Subject,
  args: readonly Piece[],
): Code[] {
  const found: Code[] = [];
  const [violations, path, value] = args as [Piece, Piece, Piece];
  const compared = comparedValue(subject.type, value);
  const add = (check: Check, bound: string): void => {
    found.push(statement(context, check, [violations, path, compared, boundLiteral(subject.type, bound)]));
  };
  if (range.min !== undefined) add(range.minExclusive === true ? "checkAbove" : "checkMin", range.min);
  if (range.max !== undefined) add(range.maxExclusive === true ? "checkBelow" : "checkMax", range.max);
  return found;
}

/** 64-bit integers that are text in TypeScript are compared as bigint, timestamps as milliseconds. */
function comparedValue(type: Type, value: Piece): Piece {
  if (type.kind === "scalar" && type.js === "string") return code`BigInt(${value})`;
  if (type.kind === "builtin" && type.name === "timestamp")
    return String(value).includes(" ?? ") ? code`(${value}).getTime()` : code`${value}.getTime()`;
  return value;
}

function boundLiteral(type: Type, bound: string): Piece {
  const isInt64 = type.kind === "scalar" && /64$/.test(type.scalar) && type.js !== "number";
  return isInt64 ? bigintLiteral(bound) : numberLiteral(Number(bound));
}

function comparable(context: ModuleContext, value: ConstantValue, type: Type): Piece {
  return constantExpression(context, value, type);
}

function ownSurroundings(context: ModuleContext, subject: Subject): Surroundings {
  return { context, message: undefined, members: new Map(), self: { value: subject.value, type: subject.type } };
}
