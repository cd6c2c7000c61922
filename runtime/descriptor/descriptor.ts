/**
 * The readonly model of a compiled schema. Templates read it, generated code embeds it as JSON, reflection and
 * breaking-change checks use it. Everything in it is plain JSON data: integers that may exceed 2^53 are decimal strings.
 */

/** The descriptors of all files of one compilation, in dependency-independent, stable (path) order. */
export interface SchemaDescriptor {
  readonly files: readonly FileDescriptor[];
}

/** One `.rpc` file. */
export interface FileDescriptor {
  /** Path as importers of the import root see it, with `/` separators: `api/users.rpc`. */
  readonly path: string;
  /** Wire package, `acme.users.v1`; empty when the file has none. */
  readonly package: string;
  readonly edition: number;
  readonly doc?: string;
  /** Paths of the files whose types this file refers to, sorted. */
  readonly imports: readonly string[];
  readonly reexports: readonly ReexportDescriptor[];
  /**
   * Every declaration of the file in schema order. Nested types follow the message that holds them; inline request and
   * result shapes precede their service; instances of generic messages follow at the end, sorted by name.
   */
  readonly declarations: readonly Declaration[];
}

/** `export { A as B } from "./x.rpc"` (names) or `export * from "./x.rpc"` (names absent). */
export interface ReexportDescriptor {
  readonly path: string;
  readonly names?: readonly { readonly name: string; readonly as: string }[];
}

export type Declaration =
  | MessageDescriptor
  | EnumDescriptor
  | UnionDescriptor
  | ErrorDescriptor
  | AliasDescriptor
  | ConstantDescriptor
  | ServiceDescriptor;

interface DeclarationBase {
  /** Name within the file, nested names joined by `.`: `User.ChatHandle`, `Users.GetRequest`, `Page_User`. */
  readonly name: string;
  /** Wire name: package + `.` + name. */
  readonly fullName: string;
  /** Text of the doc comment without its markers; lines joined by `\n`. */
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  /** `@unstable`. */
  readonly unstable?: boolean;
  /** Uses of user-defined and interop annotations (`@owner(...)`, `@proto.option(...)`), in schema order. */
  readonly annotations: readonly AnnotationValue[];
}

export interface Deprecation {
  /** What to use instead; may be empty. */
  readonly reason: string;
}

export interface MessageDescriptor extends DeclarationBase {
  readonly kind: "message";
  /** How the message came to be: written as such, inline parameters or result of a method, or an instance of a generic. */
  readonly origin: "declared" | "parameters" | "result" | "instance";
  readonly members: readonly (FieldDescriptor | OneofDescriptor)[];
  readonly reserved: ReservedDescriptor;
  /** `@check` rules over the whole message. */
  readonly checks: readonly CheckConstraint[];
}

/** A tagged union: on the wire a message that holds one oneof with all cases. */
export interface UnionDescriptor extends DeclarationBase {
  readonly kind: "union";
  readonly origin: "declared" | "instance";
  readonly cases: readonly FieldDescriptor[];
  readonly reserved: ReservedDescriptor;
}

/** A declared error; its members travel as a message in the error's details. */
export interface ErrorDescriptor extends DeclarationBase {
  readonly kind: "error";
  /** Canonical status code. */
  readonly code: StatusCodeName;
  readonly members: readonly (FieldDescriptor | OneofDescriptor)[];
  readonly reserved: ReservedDescriptor;
  readonly checks: readonly CheckConstraint[];
}

/** Canonical status codes, spelled as in a schema. */
export type StatusCodeName =
  | "cancelled"
  | "unknown"
  | "invalid_argument"
  | "deadline_exceeded"
  | "not_found"
  | "already_exists"
  | "permission_denied"
  | "resource_exhausted"
  | "failed_precondition"
  | "aborted"
  | "out_of_range"
  | "unimplemented"
  | "internal"
  | "unavailable"
  | "data_loss"
  | "unauthenticated";

export interface ReservedDescriptor {
  /** Inclusive ranges. */
  readonly numbers: readonly { readonly from: number; readonly to: number }[];
  readonly names: readonly string[];
}

export interface FieldDescriptor {
  readonly kind: "field";
  /** As written in the schema: `createdAt`. */
  readonly name: string;
  /** Protobuf name: `created_at`. */
  readonly wireName: string;
  /** Name in the JSON mapping: `createdAt`. */
  readonly jsonName: string;
  readonly number: number;
  readonly type: Type;
  /** Written with `?`: `undefined` in TypeScript when absent. */
  readonly optional: boolean;
  /** `implicit`: a zero value is not sent. `explicit`: sent whenever it is set (also `@default`, `@required`). */
  readonly presence: "implicit" | "explicit";
  /** `@required`: absence on the wire is `invalid_argument`. */
  readonly required: boolean;
  /** `@default`: the value in TypeScript when absent. */
  readonly default?: ConstantValue;
  /** Constraints written at this field (those of an alias stand at the `type`). */
  readonly constraints: readonly Constraint[];
  /** `@sensitive`: redacted in logs. */
  readonly sensitive: boolean;
  /** `@example` at this field (that of an alias stands at the `type`), in the JSON mapping. */
  readonly example?: ExampleValue;
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  readonly unstable?: boolean;
  readonly annotations: readonly AnnotationValue[];
}

export interface OneofDescriptor {
  readonly kind: "oneof";
  readonly name: string;
  readonly wireName: string;
  readonly optional: boolean;
  readonly required: boolean;
  readonly cases: readonly FieldDescriptor[];
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  readonly annotations: readonly AnnotationValue[];
}

export interface EnumDescriptor extends DeclarationBase {
  readonly kind: "enum";
  /** Unknown numbers stay visible in TypeScript. */
  readonly open: boolean;
  /** In schema order; numbers are unique and one of them is 0. */
  readonly members: readonly EnumMemberDescriptor[];
  readonly reserved: ReservedDescriptor;
}

export interface EnumMemberDescriptor {
  readonly name: string;
  /** `ROLE_MEMBER`: its spelling in protobuf and JSON. */
  readonly wireName: string;
  readonly number: number;
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  readonly unstable?: boolean;
  readonly annotations: readonly AnnotationValue[];
}

export interface AliasDescriptor extends DeclarationBase {
  readonly kind: "alias";
  readonly type: Type;
  readonly brand: boolean;
}

export interface ConstantDescriptor extends DeclarationBase {
  readonly kind: "constant";
  readonly value: ConstantValue;
}

export interface ServiceDescriptor extends DeclarationBase {
  readonly kind: "service";
  readonly methods: readonly MethodDescriptor[];
  readonly reservedNames: readonly string[];
}

export type MethodKind = "unary" | "server_stream" | "client_stream" | "bidi_stream";

export interface MethodDescriptor {
  /** As written: `get`. */
  readonly name: string;
  /** PascalCase: `Get`. */
  readonly wireName: string;
  /** `/acme.users.v1.Users/Get`. */
  readonly path: string;
  /** 32-bit hash of `path` (see `methodIdFromPath`); unique within a compilation. */
  readonly id: number;
  readonly kind: MethodKind;
  /** No reply is sent. */
  readonly oneway: boolean;
  /** A message, union or `void`. */
  readonly request: Type;
  readonly response: Type;
  /** Declared errors: those of the service, then those of the method, without repetition. */
  readonly errors: readonly Reference[];
  readonly idempotency: "unknown" | "idempotent" | "readonly";
  readonly policy: MethodPolicy;
  /** `@example` of the result, in the JSON mapping: a message, or a list of those that a stream gives. */
  readonly example?: ExampleValue;
  readonly doc?: string;
  readonly deprecated?: Deprecation;
  readonly unstable?: boolean;
  readonly annotations: readonly AnnotationValue[];
}

/** Governance declared in the schema: defaults that configuration may override. Service-level values are already merged in. */
export interface MethodPolicy {
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly hedge?: { readonly max: number; readonly delayMs: number };
  /** Path of the request field that selects the instance. */
  readonly hashKey?: string;
  readonly priority?: number;
  readonly rateLimit?: { readonly calls: number; readonly perMs: number };
  readonly cache?: { readonly ttlMs: number };
  readonly auth?: { readonly scopes: readonly string[] };
  readonly compress?: boolean;
  readonly maxMessageBytes?: number;
  readonly http?: {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly path: string;
    readonly body?: string;
  };
  readonly group?: string;
  readonly alias?: string;
  readonly route?: Readonly<Record<string, string>>;
}

export interface RetryPolicy {
  /** Attempts after the first. */
  readonly max: number;
  readonly on: readonly StatusCodeName[];
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
}

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
