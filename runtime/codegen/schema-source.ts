import type {
  Declaration,
  FieldDescriptor,
  FileDescriptor,
  MethodDescriptor,
  OneofDescriptor,
} from "../descriptor/descriptor.ts";
import type { BuiltinType, Reference, ScalarType, Type } from "../descriptor/type.ts";

/** The schema that a generated module was made from, kept as text until somebody asks. */
export interface SchemaSource {
  /** The descriptor of the schema file; parsed on the first call. */
  descriptor(): FileDescriptor;
}

/** Wraps the JSON text of a descriptor, from which a template left out what follows from the rest. */
export function schemaSource(json: string): SchemaSource {
  let parsed: FileDescriptor | undefined;
  return Object.freeze({
    descriptor: (): FileDescriptor => (parsed ??= deepFreeze(completed(JSON.parse(json) as FileDescriptor))),
  });
}

/** Callers share one descriptor, so none of them may change it. */
function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/** Adds what was left out. What was given stays as it is, so a descriptor in full is one as well. */
function completed(file: FileDescriptor): FileDescriptor {
  return { ...file, declarations: file.declarations.map((declaration) => completedDeclaration(file, declaration)) };
}

function completedDeclaration(file: FileDescriptor, given: Declaration): Declaration {
  const base = { fullName: qualified(file, given.name), annotations: [] };
  const reserved = { numbers: [], names: [] };
  switch (given.kind) {
    case "message":
    case "error": {
      const members = given.members.map((member) => completedMember(file, member));
      return filled<typeof given>({ ...base, reserved, checks: [] }, { ...given, members });
    }
    case "union":
      return filled<typeof given>(
        { ...base, reserved },
        { ...given, cases: given.cases.map((field) => completedField(file, field, "explicit")) },
      );
    case "enum":
      return filled<typeof given>({ ...base, reserved }, given);
    case "service":
      return filled<typeof given>(base, {
        ...given,
        methods: given.methods.map((method) => completedMethod(file, given.fullName ?? base.fullName, method)),
      });
    default:
      return filled<typeof given>(base, given);
  }
}

function filled<T extends object>(follows: Partial<T>, given: T): T {
  return { ...follows, ...given };
}

function completedMember(
  file: FileDescriptor,
  given: FieldDescriptor | OneofDescriptor,
): FieldDescriptor | OneofDescriptor {
  if (given.kind !== "oneof") return completedField(file, given, given.optional ? "explicit" : "implicit");
  const cases = given.cases.map((field) => completedField(file, field, "explicit"));
  const follows: Partial<OneofDescriptor> = { wireName: snakeCase(given.name), required: false, annotations: [] };
  return filled(follows, { ...given, cases });
}

function completedField(
  file: FileDescriptor,
  given: FieldDescriptor,
  presence: FieldDescriptor["presence"],
): FieldDescriptor {
  const follows: Partial<FieldDescriptor> = {
    wireName: snakeCase(given.name),
    jsonName: given.name,
    optional: false,
    presence,
    required: false,
    constraints: [],
    sensitive: false,
    annotations: [],
  };
  return filled(follows, { ...given, kind: "field", type: completedType(file, given.type) });
}

function completedMethod(file: FileDescriptor, service: string, given: MethodDescriptor): MethodDescriptor {
  const follows: Partial<MethodDescriptor> = {
    path: `/${service}/${given.wireName}`,
    oneway: false,
    errors: [],
    idempotency: "unknown",
    policy: {},
    annotations: [],
  };
  const types = { request: completedType(file, given.request), response: completedType(file, given.response) };
  return filled(follows, { ...given, ...types });
}

/** What a type is written as: a word for a scalar or built-in, one type in brackets for a list, two for a map. */
type Written = string | readonly [Written] | readonly [Written, Written] | Type | Pick<Reference, "kind" | "name">;

function completedType(file: FileDescriptor, given: Written): Type {
  if (typeof given === "string") return wordType(given);
  if (isListed(given)) {
    const [first, second] = given;
    const inner = completedType(file, first) as ScalarType | BuiltinType | Reference;
    if (second === undefined) return { kind: "list", element: inner, packed: isPacked(inner) };
    return { kind: "map", key: inner as ScalarType, value: completedType(file, second) as typeof inner };
  }
  if (!("name" in given) || given.kind === "builtin") return given;
  return { file: file.path, fullName: qualified(file, given.name), ...given };
}

function isListed(given: Exclude<Written, string>): given is readonly [Written] | readonly [Written, Written] {
  return Array.isArray(given);
}

const builtins: ReadonlySet<string> = new Set(["timestamp", "duration", "json", "any", "uuid", "void"]);

function wordType(word: string): Type {
  if (builtins.has(word)) return { kind: "builtin", name: word as BuiltinType["name"] };
  return { kind: "scalar", scalar: word as ScalarType["scalar"] };
}

function isPacked(type: ScalarType | BuiltinType | Reference): boolean {
  if (type.kind === "scalar") return type.scalar !== "string" && type.scalar !== "bytes";
  return type.kind === "enum";
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function qualified(file: FileDescriptor, name: string): string {
  return file.package === "" ? name : `${file.package}.${name}`;
}
