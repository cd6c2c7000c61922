import {
  type AnnotationSpec,
  type AnnotationTarget,
  EVERYWHERE,
  type ParameterSpec,
  type TypeFamily,
} from "./annotation-spec.ts";

const FIELD: readonly AnnotationTarget[] = ["field"];
const VALUE: readonly AnnotationTarget[] = ["field", "type"];
const CALL: readonly AnnotationTarget[] = ["service", "method"];
const METHOD: readonly AnnotationTarget[] = ["method"];
const NUMBERS: readonly TypeFamily[] = ["integer", "integer64", "float", "duration"];
const SINGLE: readonly TypeFamily[] = ["string", "integer", "integer64", "float", "bool", "enum", "duration", "uuid"];
const DAY_MS = 86_400_000;

const bound: readonly ParameterSpec[] = [{ name: "value", kind: "value" }];
const count: readonly ParameterSpec[] = [{ name: "size", kind: "count" }];
const none: readonly ParameterSpec[] = [];

function text(name: string): readonly ParameterSpec[] {
  return [{ name, kind: "string" }];
}

const constraints: readonly AnnotationSpec[] = [
  {
    name: "default",
    targets: FIELD,
    parameters: bound,
    appliesTo: SINGLE,
    about: "gives single values a value to start from",
  },
  { name: "min", targets: VALUE, parameters: bound, appliesTo: NUMBERS, about: "bounds numbers and durations" },
  { name: "max", targets: VALUE, parameters: bound, appliesTo: NUMBERS, about: "bounds numbers and durations" },
  { name: "gt", targets: VALUE, parameters: bound, appliesTo: NUMBERS, about: "bounds numbers and durations" },
  { name: "lt", targets: VALUE, parameters: bound, appliesTo: NUMBERS, about: "bounds numbers and durations" },
  {
    name: "len",
    targets: VALUE,
    parameters: count,
    appliesTo: ["string", "bytes", "list", "map"],
    about: "measures strings, bytes, lists and maps",
  },
  {
    name: "bytes",
    targets: VALUE,
    parameters: count,
    appliesTo: ["string", "bytes"],
    about: "measures strings and bytes",
  },
  {
    name: "maxSize",
    targets: ["field", "type", "service", "method"],
    parameters: [{ name: "size", kind: "size", min: 1 }],
    appliesTo: ["string", "bytes"],
    about: "limits strings, bytes, and the messages of a method",
  },
  { name: "pattern", targets: VALUE, parameters: text("pattern"), appliesTo: ["string"], about: "matches strings" },
  { name: "email", targets: VALUE, parameters: none, appliesTo: ["string"], about: "checks strings" },
  { name: "uuid", targets: VALUE, parameters: none, appliesTo: ["string"], about: "checks strings" },
  { name: "uri", targets: VALUE, parameters: none, appliesTo: ["string"], about: "checks strings" },
  { name: "ip", targets: VALUE, parameters: none, appliesTo: ["string"], about: "checks strings" },
  { name: "hostname", targets: VALUE, parameters: none, appliesTo: ["string"], about: "checks strings" },
  {
    name: "items",
    targets: VALUE,
    parameters: count,
    appliesTo: ["list", "map"],
    about: "counts the items of lists and maps",
  },
  { name: "unique", targets: VALUE, parameters: none, appliesTo: ["list"], about: "compares the items of a list" },
  { name: "required", targets: ["field", "oneof"], parameters: none, about: "makes single values mandatory" },
  {
    name: "check",
    targets: ["field", "type", "message", "error"],
    parameters: [
      { name: "expression", kind: "string" },
      { name: "message", kind: "string", optional: true },
    ],
    repeatable: true,
    about: "states a rule",
  },
  {
    name: "in",
    targets: VALUE,
    parameters: [{ name: "values", kind: "values" }],
    appliesTo: ["string", "integer", "integer64", "float", "enum", "duration", "uuid"],
    about: "lists the values that a single value may have",
  },
  {
    name: "notIn",
    targets: VALUE,
    parameters: [{ name: "values", kind: "values" }],
    appliesTo: ["string", "integer", "integer64", "float", "enum", "duration", "uuid"],
    about: "lists the values that a single value may not have",
  },
];

const shapes: readonly AnnotationSpec[] = [
  {
    name: "example",
    targets: ["field", "type", "method"],
    parameters: [{ name: "value", kind: "example" }],
    about: "shows a value",
  },
  {
    name: "js",
    targets: VALUE,
    parameters: [{ name: "type", kind: "word", words: ["bigint", "number", "string"] }],
    appliesTo: ["integer64"],
    about: "chooses the TypeScript type of 64-bit integers",
  },
  {
    name: "brand",
    targets: ["type"],
    parameters: none,
    appliesTo: SINGLE.concat("bytes", "timestamp"),
    about: "brands single values",
  },
  { name: "sensitive", targets: ["field", "oneof"], parameters: none, about: "keeps values out of logs" },
  {
    name: "packed",
    targets: FIELD,
    parameters: [{ name: "packed", kind: "bool", optional: true }],
    appliesTo: ["list"],
    about: "chooses the wire form of lists of numbers",
  },
  { name: "json", targets: FIELD, parameters: text("name"), about: "names a field in JSON" },
  {
    name: "deprecated",
    targets: EVERYWHERE,
    parameters: [{ name: "reason", kind: "string", optional: true }],
    about: "warns the users of a declaration",
  },
  { name: "unstable", targets: EVERYWHERE, parameters: none, about: "warns the users of a declaration" },
];

const policies: readonly AnnotationSpec[] = [
  {
    name: "timeout",
    targets: CALL,
    parameters: [{ name: "duration", kind: "duration", min: 1, max: DAY_MS }],
    about: "limits the time of a call",
  },
  {
    name: "retry",
    targets: CALL,
    parameters: [
      { name: "max", kind: "integer", min: 1, max: 10 },
      { name: "on", kind: "codes", optional: true },
      { name: "backoff", kind: "backoff", optional: true },
    ],
    about: "repeats a failed call",
  },
  {
    name: "hedge",
    targets: CALL,
    parameters: [
      { name: "max", kind: "integer", min: 1, max: 5 },
      { name: "delay", kind: "duration", min: 1, max: DAY_MS },
    ],
    about: "sends a slow call a second time",
  },
  { name: "readonly", targets: CALL, parameters: none, about: "says that a call changes nothing" },
  { name: "idempotent", targets: CALL, parameters: none, about: "says that a call may be repeated" },
  { name: "oneway", targets: METHOD, parameters: none, about: "sends a call without a reply" },
  { name: "cache", targets: CALL, parameters: [{ name: "ttl", kind: "duration", min: 1 }], about: "keeps results" },
  {
    name: "rateLimit",
    targets: CALL,
    parameters: [
      { name: "calls", kind: "integer", min: 1 },
      { name: "per", kind: "duration", min: 1 },
    ],
    about: "limits the rate of calls",
  },
  {
    name: "auth",
    targets: CALL,
    parameters: [{ name: "scopes", kind: "string", optional: true, rest: true }],
    about: "names the scopes that a caller needs",
  },
  {
    name: "priority",
    targets: CALL,
    parameters: [{ name: "level", kind: "integer", min: 0, max: 9 }],
    about: "orders calls under load",
  },
  {
    name: "compress",
    targets: CALL,
    parameters: [{ name: "enabled", kind: "bool", optional: true }],
    about: "compresses messages",
  },
  {
    name: "maxMessage",
    targets: CALL,
    parameters: [{ name: "size", kind: "size", min: 1 }],
    about: "limits the messages of a method",
  },
  {
    name: "hashKey",
    targets: METHOD,
    parameters: [{ name: "field", kind: "path" }],
    about: "chooses the server by a field of the request",
  },
  {
    name: "route",
    targets: CALL,
    parameters: [{ name: "tags", kind: "texts" }],
    about: "chooses servers by their tags",
  },
  { name: "group", targets: CALL, parameters: text("name"), about: "puts calls into a group of servers" },
  { name: "alias", targets: METHOD, parameters: text("name"), about: "gives a method a second name" },
  {
    name: "http",
    targets: METHOD,
    parameters: [
      ...["get", "post", "put", "patch", "delete"].map((name): ParameterSpec => ({
        name,
        kind: "string",
        optional: true,
      })),
      { name: "body", kind: "string", optional: true },
    ],
    about: "maps a method to HTTP",
  },
];

const interop: readonly AnnotationSpec[] = [
  {
    name: "proto.name",
    targets: ["field", "oneof", "member", "method"],
    parameters: text("name"),
    about: "names a thing in protobuf",
  },
  {
    name: "proto.option",
    targets: EVERYWHERE,
    parameters: [
      { name: "name", kind: "string" },
      { name: "value", kind: "string" },
    ],
    repeatable: true,
    about: "keeps an option of a .proto file",
  },
  {
    name: "proto.delimited",
    targets: FIELD,
    parameters: none,
    appliesTo: ["message", "list"],
    about: "chooses the group form of messages",
  },
  {
    name: "proto.utf8",
    targets: FIELD,
    parameters: [{ name: "checked", kind: "bool" }],
    appliesTo: ["string"],
    about: "chooses whether strings are checked",
  },
  { name: "ts.name", targets: EVERYWHERE, parameters: text("name"), about: "names a thing in TypeScript" },
  {
    name: "ts.type",
    targets: VALUE,
    parameters: [
      { name: "type", kind: "string" },
      { name: "from", kind: "string", optional: true },
    ],
    about: "chooses the TypeScript type of a value",
  },
];

const tooling: readonly AnnotationSpec[] = [
  {
    name: "lint.ignore",
    targets: EVERYWHERE,
    parameters: [
      { name: "rule", kind: "string" },
      { name: "why", kind: "string" },
    ],
    repeatable: true,
    about: "switches a lint rule off",
  },
  {
    name: "breaking.accept",
    targets: EVERYWHERE,
    parameters: [
      { name: "rule", kind: "string" },
      { name: "until", kind: "date" },
      { name: "why", kind: "string" },
    ],
    repeatable: true,
    about: "accepts a breaking change",
  },
];

/** The standard annotations by name. */
export const standardAnnotations: ReadonlyMap<string, AnnotationSpec> = new Map(
  [...constraints, ...shapes, ...policies, ...interop, ...tooling].map((spec) => [spec.name, spec]),
);

/** Standard annotations whose uses are passed on in the descriptor as they stand. */
export function isPassedOn(name: string): boolean {
  return (name.startsWith("proto.") && name !== "proto.name") || name.startsWith("ts.");
}
