import type {
  BuiltinType,
  Declaration,
  EnumDescriptor,
  FieldDescriptor,
  FileDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Reference,
  ScalarName,
  ScalarType,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";

/** Short ways to write descriptors in tests. */

const path = "test.rpc";
const empty = { annotations: [] } as const;
const nothingReserved = { numbers: [], names: [] } as const;

export function scalar(name: ScalarName, js?: "number" | "string"): ScalarType {
  return js === undefined ? { kind: "scalar", scalar: name } : { kind: "scalar", scalar: name, js };
}

export function builtin(name: BuiltinType["name"]): BuiltinType {
  return { kind: "builtin", name };
}

export function reference(kind: Reference["kind"], name: string, file: string = path): Reference {
  return { kind, name, file, fullName: `test.${name}` };
}

export function list(element: Exclude<Type, { kind: "list" | "map" }>, packed?: boolean): Type {
  const numeric = element.kind === "enum" || (element.kind === "scalar" && !/string|bytes/.test(element.scalar));
  return { kind: "list", element, packed: packed ?? numeric };
}

export function map(key: ScalarType, value: Exclude<Type, { kind: "list" | "map" }>): Type {
  return { kind: "map", key, value };
}

export function field(name: string, number: number, type: Type, more: Partial<FieldDescriptor> = {}): FieldDescriptor {
  const wireName = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const isMessage =
    type.kind === "message" || type.kind === "union" || (type.kind === "builtin" && type.name !== "uuid");
  const explicit = more.optional === true || more.required === true || more.default !== undefined || isMessage;
  return {
    kind: "field",
    name,
    wireName,
    jsonName: name,
    number,
    type,
    optional: false,
    presence: explicit ? "explicit" : "implicit",
    required: false,
    constraints: [],
    sensitive: false,
    ...empty,
    ...more,
  };
}

export function oneof(name: string, cases: readonly FieldDescriptor[], optional: boolean = true): OneofDescriptor {
  return { kind: "oneof", name, wireName: name, optional, required: false, cases, ...empty };
}

export function message(name: string, members: readonly (FieldDescriptor | OneofDescriptor)[]): MessageDescriptor {
  return {
    kind: "message",
    name,
    fullName: `test.${name}`,
    origin: "declared",
    members,
    reserved: nothingReserved,
    checks: [],
    ...empty,
  };
}

export function union(name: string, cases: readonly FieldDescriptor[]): UnionDescriptor {
  return {
    kind: "union",
    name,
    fullName: `test.${name}`,
    origin: "declared",
    cases,
    reserved: nothingReserved,
    ...empty,
  };
}

export function enumeration(
  name: string,
  members: Readonly<Record<string, number>>,
  open: boolean = false,
): EnumDescriptor {
  return {
    kind: "enum",
    name,
    fullName: `test.${name}`,
    open,
    members: Object.entries(members).map(([member, number]) => ({
      name: member,
      wireName: `${name.toUpperCase()}_${member.toUpperCase()}`,
      number,
      ...empty,
    })),
    reserved: nothingReserved,
    ...empty,
  };
}

export function file(declarations: readonly Declaration[]): FileDescriptor {
  return { path, package: "test", edition: 2026, imports: [], reexports: [], declarations };
}
