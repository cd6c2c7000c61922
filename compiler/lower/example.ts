import type { ConstantValue, ExampleValue } from "@rpcgen/runtime/descriptor";
import type { Analysis } from "../semantics/analyse.ts";
import { substitute } from "../semantics/instances.ts";
import { isSymbolOf, type ResolvedType, type SymbolOf } from "../semantics/program.ts";
import { wireNameOf } from "../semantics/shapes.ts";
import { enumMemberWireName } from "../semantics/spelling.ts";
import { withoutAlias } from "../semantics/types.ts";

/** The `@example` at a field or alias of a type, in the JSON mapping; undefined without one. */
export function exampleAt(node: object, type: ResolvedType, analysis: Analysis): ExampleValue | undefined {
  const value = analysis.annotations.find(node, "example")?.arguments.get("value");
  return value && exampleJson(value, type, analysis);
}

/** A value that was checked against its type, as the JSON mapping writes it. */
export function exampleJson(value: ConstantValue, type: ResolvedType, analysis: Analysis): ExampleValue {
  const base = withoutAlias(type);
  switch (base.kind) {
    case "list":
      return listOf(value).map((item) => exampleJson(item, base.element, analysis));
    case "map":
      return mapJson(value, base, analysis);
    case "declared":
      if (isSymbolOf(base.symbol, "enum")) return enumJson(value, base.symbol);
      return recordJson(value, base, analysis);
    case "builtin":
      return builtinJson(value, base.name);
    default:
      return scalarJson(value, base.kind === "scalar" ? base.name : "");
  }
}

type Values = readonly ConstantValue[];
type Entries = Extract<ConstantValue, { kind: "record" }>["entries"];

function listOf(value: ConstantValue): Values {
  return value.kind === "list" ? value.values : [];
}

function entriesOf(value: ConstantValue): Entries {
  return value.kind === "record" ? value.entries : [];
}

/** Keys are strings in JSON, whatever they are in the schema. */
function mapJson(
  value: ConstantValue,
  { key, value: item }: Extract<ResolvedType, { kind: "map" }>,
  analysis: Analysis,
): ExampleValue {
  const pairs = listOf(value).map((pair) => {
    const [first, second] = entriesOf(pair);
    if (first === undefined || second === undefined) return ["", null] as const;
    return [String(exampleJson(first.value, key, analysis)), exampleJson(second.value, item, analysis)] as const;
  });
  return Object.fromEntries(pairs);
}

function recordJson(
  value: ConstantValue,
  type: Extract<ResolvedType, { kind: "declared" }>,
  analysis: Analysis,
): ExampleValue {
  const fields = analysis.shapes.get(type.symbol)?.fields ?? [];
  const members = entriesOf(value).flatMap((entry) => {
    const field = fields.find(({ node }) => node.name.text === entry.name);
    if (field === undefined) return [];
    const fieldType = type.arguments.length === 0 ? field.type : substitute(field.type, type.arguments);
    return [[field.jsonName, exampleJson(entry.value, fieldType, analysis)] as const];
  });
  return Object.fromEntries(members);
}

function enumJson(value: ConstantValue, symbol: SymbolOf<"enum">): ExampleValue {
  const name = value.kind === "enum" ? value.member : "";
  const member = symbol.node.members.find((each) => each.kind === "enum_member" && each.name.text === name);
  if (member?.kind !== "enum_member") return 0;
  return wireNameOf(member, (each) => enumMemberWireName(symbol.name, each));
}

function builtinJson(value: ConstantValue, name: string): ExampleValue {
  if (name === "void") return {};
  if (name === "json") return anyJson(value);
  if (value.kind === "duration") return durationText(value.ms);
  return value.kind === "string" ? value.value : "";
}

/** Seconds with as many digits as there are. */
function durationText(ms: number): string {
  return `${(ms / 1_000).toFixed(6).replace(/\.?0+$/, "")}s`;
}

function anyJson(value: ConstantValue): ExampleValue {
  switch (value.kind) {
    case "string":
    case "bool":
    case "float":
      return value.value;
    case "int":
      return Number(value.value);
    case "list":
      return value.values.map(anyJson);
    case "record":
      return Object.fromEntries(value.entries.map((each) => [each.name, anyJson(each.value)]));
    default:
      return null;
  }
}

const LONG = /64$|53$/;

/** 64-bit integers are strings in JSON, bytes base64. */
function scalarJson(value: ConstantValue, scalar: string): ExampleValue {
  switch (value.kind) {
    case "string":
      return scalar === "bytes" ? Buffer.from(value.value, "utf8").toString("base64") : value.value;
    case "int":
      return LONG.test(scalar) ? value.value : Number(value.value);
    case "size":
      return LONG.test(scalar) ? String(value.bytes) : value.bytes;
    case "float":
    case "bool":
      return value.value;
    default:
      return "";
  }
}
