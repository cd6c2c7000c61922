import type { Constraint, ConstantValue, FieldDescriptor } from "@rpcgen/runtime/descriptor";
import type { ModuleContext } from "../module-context.ts";
import { exampleNote } from "./example.ts";

/** What a reader should know of a field besides its type: its constraints, its default and an example, one line each. */
export function fieldNotes(context: ModuleContext, field: FieldDescriptor): readonly string[] {
  const { type } = field;
  const hasExample = field.example !== undefined || type.example !== undefined;
  const isPlain = field.constraints.length === 0 && type.constraints === undefined && !hasExample;
  if (isPlain && !field.required && field.default === undefined) return noNotes;
  const constraints = [...(type.constraints ?? []), ...field.constraints];
  const rules = constraints.map(describeConstraint).filter((text) => text !== "");
  const notes = rules.length > 0 ? [`${upperFirst(rules.join(", "))}.`] : [];
  if (field.required) notes.push("Required.");
  if (field.default !== undefined) notes.push(`@defaultValue ${describeValue(field.default)}`);
  const example = hasExample ? exampleNote(context, field) : undefined;
  if (example !== undefined) notes.push(example);
  return notes;
}

const noNotes: readonly string[] = [];

/** A constraint in a few words: `1..80 characters`. */
export function describeConstraint(constraint: Constraint): string {
  switch (constraint.kind) {
    case "length":
      return `${bounds(constraint.min, constraint.max)} ${constraint.unit}`;
    case "range":
      return range(constraint);
    case "pattern":
      return `matches \`${constraint.pattern}\``;
    case "format":
      return formats[constraint.format];
    case "unique":
      return "no duplicates";
    case "in":
      return `one of ${constraint.values.map(describeValue).join(", ")}`;
    case "not_in":
      return `none of ${constraint.values.map(describeValue).join(", ")}`;
    case "check":
      return constraint.message;
  }
}

const formats = {
  email: "an e-mail address",
  uuid: "a UUID",
  uri: "a URI",
  ip: "an IP address",
  hostname: "a host name",
} as const;

function bounds(min: number | undefined, max: number | undefined): string {
  if (min === undefined) return `at most ${max}`;
  if (max === undefined) return `at least ${min}`;
  return min === max ? `exactly ${min}` : `${min} to ${max}`;
}

function range(constraint: Extract<Constraint, { kind: "range" }>): string {
  const { min, max } = constraint;
  const low = min === undefined ? "" : `${constraint.minExclusive === true ? "more than" : "at least"} ${min}`;
  const high = max === undefined ? "" : `${constraint.maxExclusive === true ? "less than" : "at most"} ${max}`;
  return low === "" || high === "" ? low + high : `${low} and ${high}`;
}

/** A constant as it would be written in a schema. */
export function describeValue(value: ConstantValue): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value);
    case "duration":
      return `${value.ms}ms`;
    case "size":
      return `${value.bytes}B`;
    case "range":
      return `${value.min ?? ""}..${value.max ?? ""}`;
    case "enum":
      return value.member;
    case "list":
      return `[${value.values.map(describeValue).join(", ")}]`;
    case "record":
      return `{${value.entries.map((entry) => `${entry.name}: ${describeValue(entry.value)}`).join(", ")}}`;
    default:
      return String(value.value);
  }
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
