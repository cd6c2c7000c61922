import type {
  Declaration,
  FieldDescriptor,
  FileDescriptor,
  MethodDescriptor,
  OneofDescriptor,
  ReservedDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";

/**
 * A schema as JSON without what `schemaSource` can add again: empty lists, `false`, and names that follow from others. It is a
 * quarter of the whole.
 */
export function compactJson(file: FileDescriptor): string {
  const { declarations, ...rest } = file;
  return withList(rest, "declarations", declarations, (declaration) => declarationJson(file, declaration));
}

/** `undefined` in it is left out by `JSON.stringify`. */
type Json = Readonly<Record<string, unknown>>;

function declarationJson(file: FileDescriptor, declaration: Declaration): string {
  const { fullName, annotations, ...rest } = declaration;
  const common = { fullName: unless(fullName, qualified(file, rest.name)), annotations: unlessEmpty(annotations) };
  switch (rest.kind) {
    case "message":
    case "error": {
      const { members, checks, reserved, ...own } = rest;
      const compact = { ...own, ...common, reserved: unlessNothing(reserved), checks: unlessEmpty(checks) };
      return withList(compact, "members", members, (member) => memberJson(file, member));
    }
    case "union": {
      const { cases, reserved, ...own } = rest;
      const compact = { ...own, ...common, reserved: unlessNothing(reserved) };
      return withList(compact, "cases", cases, (field) => fieldJson(file, field, "explicit"));
    }
    case "enum":
      return JSON.stringify({ ...rest, ...common, reserved: unlessNothing(rest.reserved) });
    case "service": {
      const { methods, ...own } = rest;
      return withList({ ...own, ...common }, "methods", methods, (method) => methodJson(file, fullName, method));
    }
    default:
      return JSON.stringify({ ...rest, ...common });
  }
}

function unless<T>(value: T, obvious: T): T | undefined {
  return value === obvious ? undefined : value;
}

function unlessEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

function unlessNothing(reserved: ReservedDescriptor): ReservedDescriptor | undefined {
  return reserved.numbers.length === 0 && reserved.names.length === 0 ? undefined : reserved;
}

/** An object with one more property, a list of what `json` makes of the items. */
function withList<T>(object: Json, name: string, items: readonly T[], json: (item: T) => string): string {
  let list = "";
  for (const item of items) list += list === "" ? json(item) : `,${json(item)}`;
  return `${JSON.stringify(object).slice(0, -1)},"${name}":[${list}]}`;
}

function memberJson(file: FileDescriptor, member: FieldDescriptor | OneofDescriptor): string {
  if (member.kind === "field") return fieldJson(file, member, member.optional ? "explicit" : "implicit");
  const { cases, wireName, required, annotations, ...rest } = member;
  const compact = {
    ...rest,
    wireName: unless(wireName, snakeCase(rest.name)),
    required: unless(required, false),
    annotations: unlessEmpty(annotations),
  };
  return withList(compact, "cases", cases, (field) => fieldJson(file, field, "explicit"));
}

/** Fields are most of a schema, so what nearly all of them have is put together by hand. */
function fieldJson(file: FileDescriptor, field: FieldDescriptor, presence: FieldDescriptor["presence"]): string {
  const { name, number, type, optional, doc } = field;
  let text = `{"name":"${name}","number":${number},"type":${typeJson(file, type)}`;
  if (optional) text += ',"optional":true';
  if (field.presence !== presence) text += `,"presence":"${field.presence}"`;
  if (doc !== undefined) text += `,"doc":${JSON.stringify(doc)}`;
  return isPlain(field) ? `${text}}` : `${text},${JSON.stringify(rareParts(field)).slice(1)}`;
}

function isPlain(field: FieldDescriptor): boolean {
  return (
    field.wireName === snakeCase(field.name) &&
    field.jsonName === field.name &&
    !field.required &&
    !field.sensitive &&
    field.default === undefined &&
    field.example === undefined &&
    field.constraints.length === 0 &&
    field.annotations.length === 0 &&
    field.deprecated === undefined &&
    field.unstable === undefined
  );
}

function rareParts(field: FieldDescriptor): Json {
  const { wireName, jsonName, required, sensitive, constraints, annotations, deprecated, unstable } = field;
  return {
    wireName: unless(wireName, snakeCase(field.name)),
    jsonName: unless(jsonName, field.name),
    required: unless(required, false),
    sensitive: unless(sensitive, false),
    default: field.default,
    example: field.example,
    constraints: unlessEmpty(constraints),
    annotations: unlessEmpty(annotations),
    deprecated,
    unstable,
  };
}

function methodJson(file: FileDescriptor, service: string, method: MethodDescriptor): string {
  const { request, response, path, oneway, errors, idempotency, policy, annotations, ...rest } = method;
  const object: Json = {
    ...rest,
    path: unless(path, `/${service}/${method.wireName}`),
    oneway: unless(oneway, false),
    errors: unlessEmpty(errors),
    idempotency: unless(idempotency, "unknown"),
    policy: Object.keys(policy).length === 0 ? undefined : policy,
    annotations: unlessEmpty(annotations),
  };
  const types = `"request":${typeJson(file, request)},"response":${typeJson(file, response)}`;
  return `${JSON.stringify(object).slice(0, -1)},${types}}`;
}

/** `"string"`, `["string"]` for a list, `["string", "int32"]` for a map, the name alone for a reference within the file. */
function typeJson(file: FileDescriptor, type: Type): string {
  if (type.alias !== undefined || type.constraints !== undefined || type.example !== undefined)
    return JSON.stringify(type);
  switch (type.kind) {
    case "scalar":
      return type.js === undefined ? `"${type.scalar}"` : JSON.stringify(type);
    case "builtin":
      return `"${type.name}"`;
    case "list":
      return type.packed === isPackedByDefault(type.element)
        ? `[${typeJson(file, type.element)}]`
        : JSON.stringify(type);
    case "map":
      return `[${typeJson(file, type.key)},${typeJson(file, type.value)}]`;
    default:
      return type.file === file.path && type.fullName === qualified(file, type.name)
        ? `{"kind":"${type.kind}","name":"${type.name}"}`
        : JSON.stringify(type);
  }
}

function isPackedByDefault(type: Type): boolean {
  if (type.kind === "scalar") return type.scalar !== "string" && type.scalar !== "bytes";
  return type.kind === "enum";
}

function qualified(file: FileDescriptor, name: string): string {
  return file.package === "" ? name : `${file.package}.${name}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, "_$&").toLowerCase();
}
