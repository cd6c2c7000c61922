/** What members and methods are of: types in use, their constraints and expressions, and values. */

/** A type in use position. */
export type Type = ScalarType | BuiltinType | Reference | ListType | MapType;

interface TypeBase {
  /** The alias through which the type was named, if any: `Email`. Printed as the TypeScript type. */
  readonly alias?: AliasReference;
  /** Constraints that the alias (chain) brings along. */
  readonly constraints?: readonly Constraint[];
  /** `@example` of the alias, in the JSON mapping. */
  readonly example?: ExampleValue;
}

/** A value in the JSON mapping. */
export type ExampleValue =
  null | boolean | number | string | readonly ExampleValue[] | { readonly [name: string]: ExampleValue };

export interface AliasReference {
  readonly name: string;
  readonly file: string;
  readonly brand: boolean;
}

export type ScalarName =
  | "bool"
  | "string"
  | "bytes"
  | "int32"
  | "uint32"
  | "sint32"
  | "fixed32"
  | "sfixed32"
  | "int64"
  | "uint64"
  | "sint64"
  | "fixed64"
  | "sfixed64"
  | "int53"
  | "uint53"
  | "float"
  | "double";

export interface ScalarType extends TypeBase {
  readonly kind: "scalar";
  readonly scalar: ScalarName;
  /** TypeScript representation of 64-bit integers when it is not `bigint`: `@js(number)` (range-checked) or `@js(string)`. */
  readonly js?: "number" | "string";
}

export interface BuiltinType extends TypeBase {
  readonly kind: "builtin";
  readonly name: "timestamp" | "duration" | "json" | "any" | "uuid" | "void";
}

/** A declared message, enum, union or error. */
export interface Reference extends TypeBase {
  readonly kind: "message" | "enum" | "union" | "error";
  /** {@link DeclarationBase.name} of the declaration. */
  readonly name: string;
  /** {@link FileDescriptor.path} of the file that declares it. */
  readonly file: string;
  readonly fullName: string;
}

export interface ListType extends TypeBase {
  readonly kind: "list";
  readonly element: ScalarType | BuiltinType | Reference;
  /** Packed on the wire (numbers, bools, enums unless `@packed(false)`). */
  readonly packed: boolean;
}

export interface MapType extends TypeBase {
  readonly kind: "map";
  readonly key: ScalarType;
  readonly value: ScalarType | BuiltinType | Reference;
}

/** Bounds are decimal strings for integers (also > 2^53), JS number syntax for floats, milliseconds for durations. */
export type Constraint =
  | {
      readonly kind: "length";
      readonly unit: "characters" | "bytes" | "items";
      readonly min?: number;
      readonly max?: number;
    }
  | {
      readonly kind: "range";
      readonly min?: string;
      readonly max?: string;
      readonly minExclusive?: boolean;
      readonly maxExclusive?: boolean;
    }
  | { readonly kind: "pattern"; readonly pattern: string }
  | { readonly kind: "format"; readonly format: "email" | "uuid" | "uri" | "ip" | "hostname" }
  | { readonly kind: "unique" }
  | { readonly kind: "in" | "not_in"; readonly values: readonly ConstantValue[] }
  | CheckConstraint;

/** `@check("expression", "message")`. Names in the expression are fields of the message, or `this` for the field itself. */
export interface CheckConstraint {
  readonly kind: "check";
  readonly source: string;
  readonly message: string;
  readonly expression: Expression;
}

/** The checked tree of a `@check` expression. Integer literals are decimal strings. */
export type Expression =
  | { readonly kind: "literal"; readonly value: ConstantValue }
  | { readonly kind: "this" }
  | {
      readonly kind: "field";
      readonly object: Expression;
      readonly name: string;
      readonly type: Type;
      readonly optional: boolean;
    }
  | { readonly kind: "has"; readonly field: Expression }
  | { readonly kind: "size"; readonly of: Expression }
  | { readonly kind: "not"; readonly operand: Expression }
  | { readonly kind: "negate"; readonly operand: Expression }
  | {
      readonly kind: "binary";
      readonly operator: "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+" | "-" | "*" | "/" | "%";
      /** Type that both operands were brought to. */
      readonly domain: "number" | "bigint" | "string" | "bool" | "enum" | "timestamp";
      readonly left: Expression;
      readonly right: Expression;
    };

/** An evaluated constant. */
export type ConstantValue =
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: string }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "duration"; readonly ms: number }
  | { readonly kind: "size"; readonly bytes: number }
  | { readonly kind: "range"; readonly min?: string; readonly max?: string }
  | { readonly kind: "enum"; readonly enum: Reference; readonly member: string; readonly number: number }
  /** A bare word that a built-in annotation understands: a status code, `number`, `string`. */
  | { readonly kind: "word"; readonly value: string }
  | { readonly kind: "list"; readonly values: readonly ConstantValue[] }
  | { readonly kind: "record"; readonly entries: readonly { readonly name: string; readonly value: ConstantValue }[] };

export interface AnnotationValue {
  /** Full name of a user annotation (`acme.users.v1.owner`), or the dotted name of an interop one (`proto.name`). */
  readonly name: string;
  readonly arguments: readonly { readonly name: string; readonly value: ConstantValue }[];
}
