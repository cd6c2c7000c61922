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
  return withList(
    rest,
    "declarations",
    declarations.map((declaration) => declarationJson(file, declaration)),
  );
}

type Json = Record<string, unknown>;

function declarationJson(file: FileDescriptor, declaration: Declaration): string {
  const { name, fullName, annotations, ...rest } = declaration;
  const compact: Json = { name, ...rest };
  if (fullName !== qualified(file, name)) compact["fullName"] = fullName;
  if (annotations.length > 0) compact["annotations"] = annotations;
  if ("reserved" in declaration && isNothing(declaration.reserved)) delete compact["reserved"];
  switch (declaration.kind) {
    case "message":
    case "error":
      delete compact["members"];
      if (declaration.checks.length === 0) delete compact["checks"];
      return withList(
        compact,
        "members",
        declaration.members.map((member) => memberJson(file, member)),
      );
    case "union":
      delete compact["cases"];
      return withList(
        compact,
        "cases",
        declaration.cases.map((field) => fieldJson(file, field)),
      );
    case "service":
      compact["methods"] = declaration.methods.map((method) => compactMethod(file, method));
      return JSON.stringify(compact);
    default:
      return JSON.stringify(compact);
  }
}

function isNothing(reserved: ReservedDescriptor): boolean {
  return reserved.numbers.length === 0 && reserved.names.length === 0;
}

/** An object with one more property, a list of texts that are JSON already. */
function withList(object: Json, name: string, items: readonly string[]): string {
  return `${JSON.stringify(object).slice(0, -1)},"${name}":[${items.join(",")}]}`;
}

function memberJson(file: FileDescriptor, member: FieldDescriptor | OneofDescriptor): string {
  if (member.kind === "field") return fieldJson(file, member);
  const { cases, ...rest } = member;
  return withList(
    rest,
    "cases",
    cases.map((field) => fieldJson(file, field)),
  );
}

/** Fields are most of a schema, so what nearly all of them have is put together by hand. */
function fieldJson(file: FileDescriptor, field: FieldDescriptor): string {
  const { name, number, type, optional, doc } = field;
  let text = `{"name":"${name}","number":${number},"type":${typeJson(file, type)}`;
  if (optional) text += ',"optional":true';
  if (field.presence !== (optional ? "explicit" : "implicit")) text += `,"presence":"${field.presence}"`;
  if (doc !== undefined) text += `,"doc":${JSON.stringify(doc)}`;
  return isPlain(field) ? `${text}}` : `${text},${JSON.stringify(rareParts(field)).slice(1)}`;
}

function isPlain(field: FieldDescriptor): boolean {
  return (
    (field.wireName === field.name || field.wireName === snakeCase(field.name)) &&
    field.jsonName === field.name &&
    !field.required &&
    !field.sensitive &&
    field.default === undefined &&
    field.constraints.length === 0 &&
    field.annotations.length === 0 &&
    field.deprecated === undefined &&
    field.unstable === undefined
  );
}

function rareParts(field: FieldDescriptor): Json {
  const { wireName, jsonName, required, sensitive, constraints, annotations, deprecated, unstable } = field;
  const rare: Json = {};
  if (wireName !== snakeCase(field.name)) rare["wireName"] = wireName;
  if (jsonName !== field.name) rare["jsonName"] = jsonName;
  if (required) rare["required"] = true;
  if (sensitive) rare["sensitive"] = true;
  if (field.default !== undefined) rare["default"] = field.default;
  if (constraints.length > 0) rare["constraints"] = constraints;
  if (annotations.length > 0) rare["annotations"] = annotations;
  if (deprecated !== undefined) rare["deprecated"] = deprecated;
  if (unstable !== undefined) rare["unstable"] = unstable;
  return rare;
}

function typeJson(file: FileDescriptor, type: Type): string {
  if (type.kind === "scalar" && type.js === undefined && type.alias === undefined && type.constraints === undefined)
    return `"${type.scalar}"`;
  const compact = compactType(file, type);
  return typeof compact === "string" ? `"${compact}"` : JSON.stringify(compact);
}

function compactMethod(file: FileDescriptor, method: MethodDescriptor): Json {
  return { ...method, request: compactType(file, method.request), response: compactType(file, method.response) };
}

/** `"string"`, `["string"]` for a list, `["string", "int32"]` for a map, the name alone for a reference within the file. */
function compactType(file: FileDescriptor, type: Type): unknown {
  if (type.alias !== undefined || type.constraints !== undefined) return type;
  switch (type.kind) {
    case "scalar":
      return type.js === undefined ? type.scalar : type;
    case "builtin":
      return type.name;
    case "list":
      return type.packed === isPackedByDefault(type.element) ? [compactType(file, type.element)] : type;
    case "map":
      return [compactType(file, type.key), compactType(file, type.value)];
    default:
      return type.file === file.path && type.fullName === qualified(file, type.name)
        ? { kind: type.kind, name: type.name }
        : type;
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
