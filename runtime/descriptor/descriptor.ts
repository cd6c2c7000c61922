import type {
  AnnotationValue,
  CheckConstraint,
  ConstantValue,
  Constraint,
  ExampleValue,
  Reference,
  Type,
} from "./type.ts";

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
