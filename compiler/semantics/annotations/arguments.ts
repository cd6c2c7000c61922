import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { AnnotationArgumentNode, ValueNode } from "../../syntax/ast.ts";
import type { Scope } from "../names.ts";
import type { ResolvedType } from "../program.ts";
import type { Report } from "../report.ts";
import { statusCodes } from "../status-codes.ts";
import type { ValueContext, ValueResolver } from "../values.ts";
import type { ParameterSpec } from "./annotation-spec.ts";
import { enumOfType, mismatchOf } from "./value-type.ts";

export interface ArgumentContext {
  readonly values: ValueResolver;
  readonly report: Report;
  readonly scope: Scope;
  /** `@timeout` */
  readonly annotation: string;
  /** The annotation has no other parameter. */
  readonly isOnly: boolean;
  /** Type of the field or alias that is annotated. */
  readonly type?: ResolvedType;
}

/** Evaluates one argument and checks it against its parameter; `undefined` when it is wrong, which was reported. */
export function checkArgument(
  parameter: ParameterSpec,
  node: AnnotationArgumentNode,
  context: ArgumentContext,
): ConstantValue | undefined {
  const value = context.values.evaluate(node.value, valueContext(parameter, context));
  if (value === undefined) return undefined;
  const wrong = problemOf(parameter, value, context) ?? rangeProblem(parameter, node.value, context);
  if (wrong === undefined) return normalised(parameter, value);
  const base = { annotation: context.annotation, ...(context.isOnly ? {} : { parameter: parameter.name }) };
  const { span } = node.value;
  if (wrong.kind === "type") context.report(catalog.argumentType, { ...base, expected: wrong.expected }, { span });
  else if (wrong.kind === "range") context.report(catalog.valueOutOfRange, { ...base, ...wrong }, { span });
  else context.report(catalog.argumentRange, { ...base, expected: wrong.expected }, { span });
  return undefined;
}

function valueContext(parameter: ParameterSpec, context: ArgumentContext): ValueContext {
  const { scope } = context;
  switch (parameter.kind) {
    case "codes":
      return { scope, words: statusCodes };
    case "word":
      return { scope, words: parameter.words ?? [] };
    case "path":
      return { scope, anyWord: true };
    case "value":
    case "values": {
      const enumSymbol = enumOfType(context.type);
      return enumSymbol === undefined ? { scope } : { scope, enum: enumSymbol };
    }
    default:
      return { scope };
  }
}

type Problem =
  | ReturnType<typeof mismatchOf>
  | { readonly kind: "bounds"; readonly expected: string }
  | { readonly kind: "type"; readonly expected: string };

function wanted(expected: string): Problem {
  return { kind: "type", expected };
}

function problemOf(parameter: ParameterSpec, value: ConstantValue, context: ArgumentContext): Problem {
  switch (parameter.kind) {
    case "value":
      return context.type && mismatchOf(value, context.type);
    case "example":
      // `checkExample` looks at these.
      return undefined;
    case "values":
      return valuesProblem(value, context);
    case "string":
      return value.kind === "string" ? undefined : wanted("a string");
    case "date":
      return value.kind === "string" && isDate(value.value) ? undefined : wanted('a date such as `"2027-01-31"`');
    case "bool":
      return value.kind === "bool" ? undefined : wanted("`true` or `false`");
    case "integer":
      return value.kind === "int" ? outOfBounds(parameter, Number(value.value), String) : wanted("a whole number");
    case "number":
      return value.kind === "int" || value.kind === "float" ? undefined : wanted("a number");
    case "duration":
      if (value.kind !== "duration") return wanted("a duration such as `500ms` or `2s`");
      return outOfBounds(parameter, value.ms, durationText);
    case "size":
      if (value.kind !== "size" && value.kind !== "int") return wanted("a size such as `64KiB`");
      return outOfBounds(parameter, value.kind === "size" ? value.bytes : Number(value.value), String);
    case "count":
      return countProblem(value);
    case "codes":
      return isCodes(value) ? undefined : wanted("a list of status codes such as `[unavailable]`");
    case "path":
      return value.kind === "word" || value.kind === "string" ? undefined : wanted("the name of a field");
    case "word":
      return value.kind === "word"
        ? undefined
        : wanted(`one of ${(parameter.words ?? []).map((word) => `\`${word}\``).join(", ")}`);
    case "texts":
      return isTexts(value) ? undefined : wanted('names with strings such as `{ zone: "a" }`');
    case "backoff":
      return backoffProblem(value);
  }
}

function valuesProblem(value: ConstantValue, context: ArgumentContext): Problem {
  if (value.kind !== "list" || value.values.length === 0) return wanted("a list with at least one value");
  const { type } = context;
  return type && value.values.map((item) => mismatchOf(item, type)).find((mismatch) => mismatch !== undefined);
}

function outOfBounds(parameter: ParameterSpec, value: number, show: (value: number) => string): Problem {
  const { min = 0, max = Number.POSITIVE_INFINITY } = parameter;
  if (value >= min && value <= max) return undefined;
  return {
    kind: "bounds",
    expected: max === Number.POSITIVE_INFINITY ? `${show(min)} or more` : `${show(min)} to ${show(max)}`,
  };
}

function durationText(ms: number): string {
  return ms % 3_600_000 === 0 && ms > 0 ? `${ms / 3_600_000}h` : `${ms}ms`;
}

/** A count is a number or a range of numbers, whole and not negative. */
function countProblem(value: ConstantValue): Problem {
  const bounds = value.kind === "range" ? [value.min, value.max] : value.kind === "int" ? [value.value] : undefined;
  const whole = bounds?.every((bound) => bound === undefined || /^[0-9]{1,15}$/.test(bound));
  return whole ? undefined : wanted("a length such as `10`, or a range such as `1..80`");
}

/** The bounds of a count are whole numbers, not durations or sizes that come out as such. */
function rangeProblem(parameter: ParameterSpec, node: ValueNode, context: ArgumentContext): Problem {
  if (parameter.kind !== "count" || node.kind !== "range_value") return undefined;
  const bounds = [node.min, node.max].map((bound) => bound && context.values.evaluate(bound, { scope: context.scope }));
  const whole = bounds.every((bound) => bound === undefined || bound.kind === "int");
  return whole ? undefined : wanted("a length such as `10`, or a range such as `1..80`");
}

function isCodes(value: ConstantValue): boolean {
  const codes = value.kind === "list" ? value.values : [];
  return codes.length > 0 && codes.every((code) => code.kind === "word");
}

function isTexts(value: ConstantValue): boolean {
  return value.kind === "record" && value.entries.every((entry) => entry.value.kind === "string");
}

function backoffProblem(value: ConstantValue): Problem {
  const entries = value.kind === "record" ? value.entries : [];
  const complete = ["base", "max"].every((name) => entries.some((entry) => entry.name === name));
  const right = complete && entries.length === 2 && entries.every((entry) => entry.value.kind === "duration");
  return right ? undefined : wanted("`{base: 20ms, max: 1s}`");
}

/** True for a day that the calendar has, written `YYYY-MM-DD`. */
function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** Sizes may be written as plain numbers; the descriptor knows one form. */
function normalised(parameter: ParameterSpec, value: ConstantValue): ConstantValue {
  if (parameter.kind === "size" && value.kind === "int") return { kind: "size", bytes: Number(value.value) };
  return value;
}
