/** What an annotation may stand on. */
export type AnnotationTarget =
  | "message"
  | "field"
  | "oneof"
  | "enum"
  | "member"
  | "union"
  | "error"
  | "errors"
  | "service"
  | "method"
  | "type"
  | "const"
  | "annotation"
  | "reserved";

/** Families of field types that a constraint can be about. */
export type TypeFamily =
  | "string"
  | "bytes"
  | "integer"
  | "integer64"
  | "float"
  | "bool"
  | "enum"
  | "message"
  | "list"
  | "map"
  | "duration"
  | "timestamp"
  | "json"
  | "any"
  | "uuid"
  | "void";

/**
 * What an argument must be. `value`, `values`: of the type of the field. `example`: the same, messages, lists and maps too, and for a
 * method of its result; looked at when all other annotations are known. `path`: the name of a field.
 */
export type ArgumentKind =
  | "string"
  | "integer"
  | "number"
  | "bool"
  | "duration"
  | "size"
  | "count"
  | "codes"
  | "value"
  | "values"
  | "example"
  | "path"
  | "word"
  | "texts"
  | "backoff"
  | "date";

export interface ParameterSpec {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly optional?: boolean;
  /** Takes all further arguments without a name. */
  readonly rest?: boolean;
  /** Inclusive bounds of integers, and of durations in ms. */
  readonly min?: number;
  readonly max?: number;
  /** What a `word` may be. */
  readonly words?: readonly string[];
}

/** A standard annotation. */
export interface AnnotationSpec {
  readonly name: string;
  readonly targets: readonly AnnotationTarget[];
  readonly parameters: readonly ParameterSpec[];
  readonly repeatable?: boolean;
  /** Families of the types that fields and aliases may have; all when absent. */
  readonly appliesTo?: readonly TypeFamily[];
  /** What it is about, to follow its name in a message: `measures strings, bytes, lists and maps`. */
  readonly about: string;
}

/** Every target. */
export const EVERYWHERE: readonly AnnotationTarget[] = [
  "message",
  "field",
  "oneof",
  "enum",
  "member",
  "union",
  "error",
  "errors",
  "service",
  "method",
  "type",
  "const",
  "annotation",
  "reserved",
];
