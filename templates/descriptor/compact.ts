import type {
  Declaration,
  FieldDescriptor,
  FileDescriptor,
  MethodDescriptor,
  OneofDescriptor,
  Type,
} from "@rpcgen/runtime/descriptor";

/**
 * A schema as JSON without what `schemaSource` can add again: empty lists, `false`, and names that follow from others. It is a
 * quarter of the whole.
 */
export function compactJson(file: FileDescriptor): string {
  const declarations = file.declarations.map((declaration) => compactDeclaration(file, declaration));
  return JSON.stringify({ ...file, declarations });
}

type Json = Record<string, unknown>;

function compactDeclaration(file: FileDescriptor, declaration: Declaration): Json {
  const { name, fullName, annotations, ...rest } = declaration;
  const compact: Json = { ...rest, name };
  if (fullName !== qualified(file, name)) compact["fullName"] = fullName;
  if (annotations.length > 0) compact["annotations"] = annotations;
  switch (declaration.kind) {
    case "message":
    case "error":
      compact["members"] = declaration.members.map((member) => compactMember(file, member));
      if (declaration.checks.length === 0) delete compact["checks"];
      return withoutReserved(compact, declaration);
    case "union":
      compact["cases"] = declaration.cases.map((field) => compactField(file, field));
      return withoutReserved(compact, declaration);
    case "enum":
      return withoutReserved(compact, declaration);
    case "service":
      compact["methods"] = declaration.methods.map((method) => compactMethod(file, method));
      return compact;
    default:
      return compact;
  }
}

function withoutReserved(compact: Json, { reserved }: Extract<Declaration, { readonly reserved: unknown }>): Json {
  if (reserved.numbers.length === 0 && reserved.names.length === 0) delete compact["reserved"];
  return compact;
}

function compactMember(file: FileDescriptor, member: FieldDescriptor | OneofDescriptor): Json {
  if (member.kind === "field") return compactField(file, member);
  return { ...member, cases: member.cases.map((field) => compactField(file, field)) };
}

/** Fields are most of a schema. */
function compactField(file: FileDescriptor, field: FieldDescriptor): Json {
  const { name, number, doc } = field;
  const compact: Json = { name, number, type: compactType(file, field.type) };
  if (field.wireName !== snakeCase(name)) compact["wireName"] = field.wireName;
  if (field.jsonName !== name) compact["jsonName"] = field.jsonName;
  if (field.optional) compact["optional"] = true;
  if (field.presence !== (field.optional ? "explicit" : "implicit")) compact["presence"] = field.presence;
  if (field.required) compact["required"] = true;
  if (field.default !== undefined) compact["default"] = field.default;
  if (field.constraints.length > 0) compact["constraints"] = field.constraints;
  if (field.sensitive) compact["sensitive"] = true;
  if (doc !== undefined) compact["doc"] = doc;
  if (field.deprecated !== undefined) compact["deprecated"] = field.deprecated;
  if (field.unstable !== undefined) compact["unstable"] = field.unstable;
  if (field.annotations.length > 0) compact["annotations"] = field.annotations;
  return compact;
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
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
