import type { BuiltinType, ScalarName } from "@rpcgen/runtime/descriptor";
import type { ResolvedType } from "./program.ts";

const SCALARS: readonly ScalarName[] = [
  "bool",
  "string",
  "bytes",
  "int32",
  "uint32",
  "sint32",
  "fixed32",
  "sfixed32",
  "int64",
  "uint64",
  "sint64",
  "fixed64",
  "sfixed64",
  "int53",
  "uint53",
  "float",
  "double",
];
const BUILTINS: readonly BuiltinType["name"][] = ["timestamp", "duration", "json", "any", "uuid", "void"];

/** The types that every schema knows, by name. */
export const builtinTypes: ReadonlyMap<string, ResolvedType> = new Map<string, ResolvedType>([
  ...SCALARS.map((name): [string, ResolvedType] => [name, { kind: "scalar", name }]),
  ...BUILTINS.map((name): [string, ResolvedType] => [name, { kind: "builtin", name }]),
]);

/** The type of a name that did not resolve. */
export const unknownType: ResolvedType = { kind: "unknown" };

/** The built-in `void`. */
export const voidType: ResolvedType = { kind: "builtin", name: "void" };

/** Inclusive range of an integer type. */
export interface IntegerRange {
  readonly min: bigint;
  readonly max: bigint;
}

const SIGNED_32: IntegerRange = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const UNSIGNED_32: IntegerRange = { min: 0n, max: 2n ** 32n - 1n };
const SIGNED_64: IntegerRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UNSIGNED_64: IntegerRange = { min: 0n, max: 2n ** 64n - 1n };

/** Ranges of the integer scalars. */
export const integerRanges: ReadonlyMap<string, IntegerRange> = new Map<string, IntegerRange>([
  ["int32", SIGNED_32],
  ["sint32", SIGNED_32],
  ["sfixed32", SIGNED_32],
  ["uint32", UNSIGNED_32],
  ["fixed32", UNSIGNED_32],
  ["int64", SIGNED_64],
  ["sint64", SIGNED_64],
  ["sfixed64", SIGNED_64],
  ["uint64", UNSIGNED_64],
  ["fixed64", UNSIGNED_64],
  ["int53", { min: -(2n ** 53n - 1n), max: 2n ** 53n - 1n }],
  ["uint53", { min: 0n, max: 2n ** 53n - 1n }],
]);
