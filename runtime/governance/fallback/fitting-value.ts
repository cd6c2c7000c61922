import type { ConstantValue, Constraint, ExampleValue, ScalarType, Type } from "../../descriptor/type.ts";

/** What a list has to have at least. */
export function minItems(constraints: readonly Constraint[]): number {
  return least(constraints, "items");
}

/** A value that satisfies constraints, where that is simple; undefined where the zero does or where it is not simple. */
export function fittingValue(type: Type, constraints: readonly Constraint[]): ExampleValue | undefined {
  if (constraints.length === 0) return undefined;
  const listed = constraints.find((each) => each.kind === "in");
  if (listed?.kind === "in" && listed.values[0] !== undefined) return constantJson(listed.values[0], type);
  if (type.kind === "builtin") return type.name === "duration" ? secondsOf(inRange(constraints)) : undefined;
  if (type.kind !== "scalar") return undefined;
  if (type.scalar === "string") return textOf(constraints);
  if (type.scalar === "bytes") return bytesOf(constraints);
  const number = inRange(constraints);
  return number === undefined || !isLong(type) ? number && Number(number) : number;
}

/** The zero of a type. */
export function zeroValue(type: Type): ExampleValue {
  switch (type.kind) {
    case "scalar":
      if (type.scalar === "bool") return false;
      if (type.scalar === "string" || type.scalar === "bytes") return "";
      return isLong(type) ? "0" : 0;
    case "enum":
      return 0;
    case "list":
      return [];
    case "builtin":
      return zeros[type.name];
    default:
      return {};
  }
}

const zeros = {
  timestamp: "1970-01-01T00:00:00Z",
  duration: "0s",
  json: null,
  any: {},
  uuid: "00000000-0000-4000-8000-000000000000",
  void: {},
} as const;

/** 64-bit integers are strings in JSON. */
function isLong({ scalar }: ScalarType): boolean {
  return /64$|53$/.test(scalar);
}

function least(constraints: readonly Constraint[], ...units: readonly string[]): number {
  return constraints.reduce(
    (most, each) => (each.kind === "length" && units.includes(each.unit) ? Math.max(most, each.min ?? 0) : most),
    0,
  );
}

const samples = {
  email: "name@example.com",
  uuid: zeros.uuid,
  uri: "https://example.com/",
  ip: "192.0.2.1",
  hostname: "example.com",
} as const;

function textOf(constraints: readonly Constraint[]): string | undefined {
  const format = constraints.find((each) => each.kind === "format");
  if (format?.kind === "format") return samples[format.format];
  const length = least(constraints, "characters", "bytes");
  return length === 0 ? undefined : "x".repeat(length);
}

function bytesOf(constraints: readonly Constraint[]): string | undefined {
  const length = least(constraints, "bytes");
  return length === 0 ? undefined : btoa("\0".repeat(length));
}

/** The number nearest to zero that the ranges allow, as text; undefined when zero is one of them. */
function inRange(constraints: readonly Constraint[]): string | undefined {
  let number = "0";
  for (const each of constraints) {
    if (each.kind !== "range") continue;
    const { min, max } = each;
    const isBelow = min !== undefined && (each.minExclusive === true ? Number(min) >= 0 : Number(min) > 0);
    const isAbove = max !== undefined && (each.maxExclusive === true ? Number(max) <= 0 : Number(max) < 0);
    if (isBelow) number = each.minExclusive === true ? beyond(min, max, 1) : min;
    else if (isAbove) number = each.maxExclusive === true ? beyond(max, min, -1) : max;
  }
  return number === "0" ? undefined : number;
}

/** One further than a bound that is itself left out, or half way to the other where that is nearer. */
function beyond(bound: string, other: string | undefined, step: 1 | -1): string {
  if (/^-?\d+$/.test(bound) && (other === undefined || Math.abs(Number(other) - Number(bound)) > 1))
    return String(BigInt(bound) + BigInt(step));
  return String(other === undefined ? Number(bound) + step : (Number(bound) + Number(other)) / 2);
}

function secondsOf(milliseconds: string | undefined): string | undefined {
  if (milliseconds === undefined) return undefined;
  return `${(Number(milliseconds) / 1_000).toFixed(6).replace(/\.?0+$/, "")}s`;
}

function constantJson(value: ConstantValue, type: Type): ExampleValue | undefined {
  switch (value.kind) {
    case "string":
    case "bool":
    case "float":
      return value.value;
    case "int":
      return type.kind === "scalar" && isLong(type) ? value.value : Number(value.value);
    case "enum":
      return value.number;
    case "duration":
      return secondsOf(String(value.ms));
    default:
      return undefined;
  }
}
