import type { ResolvedType } from "../program.ts";
import { withoutAlias } from "../types.ts";
import type { TypeFamily } from "./annotation-spec.ts";

const INTEGER_64 = new Set(["int64", "uint64", "sint64", "fixed64", "sfixed64"]);

/** The family that constraints see in a type; `undefined` for a type that is unknown or a type parameter. */
export function typeFamily(type: ResolvedType): TypeFamily | undefined {
  const base = withoutAlias(type);
  switch (base.kind) {
    case "unknown":
    case "parameter":
      return undefined;
    case "list":
    case "map":
      return base.kind;
    case "builtin":
      return base.name;
    case "declared":
      return base.symbol.node.kind === "enum" ? "enum" : "message";
    case "scalar":
      if (base.name === "string" || base.name === "bytes" || base.name === "bool") return base.name;
      if (base.name === "float" || base.name === "double") return "float";
      return INTEGER_64.has(base.name) ? "integer64" : "integer";
  }
}

const WORDS: Readonly<Record<TypeFamily, string>> = {
  string: "a string",
  bytes: "bytes",
  integer: "a number",
  integer64: "a number",
  float: "a number",
  bool: "true or false",
  enum: "an enum",
  message: "a message",
  list: "a list",
  map: "a map",
  duration: "a duration",
  timestamp: "a point in time",
  json: "any JSON value",
  any: "any message",
  uuid: "a UUID",
  void: "nothing",
};

/** `a number`, `a list`: a family in words. */
export function familyText(family: TypeFamily): string {
  return WORDS[family];
}
