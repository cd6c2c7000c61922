import { checkFormat } from "@rpcgen/runtime/codegen";
import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { compareNumbers } from "../rules/bounds.ts";
import { boundText } from "../values.ts";
import type { CheckedAnnotation } from "./check-annotations.ts";

/** The first constraint among annotations that a value does not satisfy. Checks are left to run time. */
export function brokenConstraint(
  value: ConstantValue,
  annotations: readonly CheckedAnnotation[],
): CheckedAnnotation | undefined {
  return annotations.find((annotation) => annotation.isStandard && breaks(value, annotation));
}

function breaks(value: ConstantValue, annotation: CheckedAnnotation): boolean {
  switch (annotation.name) {
    case "min":
    case "max":
    case "gt":
    case "lt":
      return isBeyond(annotation.name, value, annotation.arguments.get("value"));
    case "len":
      return isOutside(lengthOf(value), annotation.arguments.get("size"));
    case "bytes":
      return value.kind === "string" && isOutside(bytesOf(value.value), annotation.arguments.get("size"));
    case "maxSize":
      return value.kind === "string" && isAbove(bytesOf(value.value), annotation.arguments.get("size"));
    case "items":
      return isOutside(lengthOf(value), annotation.arguments.get("size"));
    case "unique":
      return value.kind === "list" && new Set(value.values.map(constantText)).size < value.values.length;
    case "in":
      return !listed(value, annotation);
    case "notIn":
      return listed(value, annotation);
    case "pattern":
      return value.kind === "string" && !matches(value.value, annotation.arguments.get("pattern"));
    case "email":
    case "uuid":
    case "uri":
    case "ip":
    case "hostname":
      return value.kind === "string" && !hasFormat(value.value, annotation.name);
    default:
      return false;
  }
}

function isBeyond(
  side: "min" | "max" | "gt" | "lt",
  value: ConstantValue,
  argument: ConstantValue | undefined,
): boolean {
  const number = boundText(value);
  const bound = argument && boundText(argument);
  if (number === undefined || bound === undefined) return false;
  const order = compareNumbers(number, bound);
  if (side === "min") return order < 0;
  if (side === "max") return order > 0;
  return side === "gt" ? order <= 0 : order >= 0;
}

/** Characters of a text, items of a list or map; undefined for what has no length. */
function lengthOf(value: ConstantValue): number | undefined {
  if (value.kind === "string") return [...value.value].length;
  if (value.kind === "list") return value.values.length;
  return value.kind === "record" ? value.entries.length : undefined;
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

function isOutside(length: number | undefined, size: ConstantValue | undefined): boolean {
  if (length === undefined) return false;
  if (size?.kind === "int") return length !== Number(size.value);
  if (size?.kind !== "range") return false;
  return length < Number(size.min ?? 0) || length > Number(size.max ?? length);
}

function isAbove(length: number, size: ConstantValue | undefined): boolean {
  return size?.kind === "size" && length > size.bytes;
}

function listed(value: ConstantValue, annotation: CheckedAnnotation): boolean {
  const values = annotation.arguments.get("values");
  return values?.kind === "list" && values.values.some((each) => constantText(each) === constantText(value));
}

function hasFormat(text: string, format: "email" | "uuid" | "uri" | "ip" | "hostname"): boolean {
  const violations: Parameters<typeof checkFormat>[0] = [];
  checkFormat(violations, "", text, format);
  return violations.length === 0;
}

function matches(text: string, pattern: ConstantValue | undefined): boolean {
  if (pattern?.kind !== "string" || !isQuick(pattern.value, text)) return true;
  try {
    return new RegExp(pattern.value, "u").test(text);
  } catch {
    // Another rule reports a pattern that is none.
    return true;
  }
}

const MOST_STEPS = 1_000_000;

/**
 * True when a match surely ends soon. A hostile pattern could take for ever; without repeated groups and references back the
 * steps are at most the length to the power of the number of repetitions, and one for where the match begins.
 */
function isQuick(pattern: string, text: string): boolean {
  const plain = pattern.replace(/\\[^\dk]/gu, "x").replace(/\[[^\]]*\]/g, "x");
  if (/\\|\)[*+{]/.test(plain)) return false;
  const repetitions = plain.match(/[*+?|]|\{\d+,/g)?.length ?? 0;
  return (text.length + 1) ** (repetitions + 1) <= MOST_STEPS;
}

/** A constant as a schema would write it. */
export function constantText(value: ConstantValue): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value);
    case "enum":
      return `\`${value.member}\``;
    case "bool":
      return String(value.value);
    case "list":
      return `[${value.values.map(constantText).join(", ")}]`;
    case "record":
      return `{${value.entries.map((each) => `${each.name}: ${constantText(each.value)}`).join(", ")}}`;
    default:
      return boundText(value) ?? "this";
  }
}
