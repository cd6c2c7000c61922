/**
 * Every identifier that generated code declares is decided here (those of variables that hold members in `variables.ts`), and
 * nowhere else. Wire names never change; a name that
 * would break TypeScript gets underscores behind it until it is free. The order in which names are given is fixed
 * (declared names first, then derived ones), so equal schemas give equal names.
 */

import type {
  Declaration,
  EnumDescriptor,
  ErrorDescriptor,
  FileDescriptor,
  MessageDescriptor,
  MethodDescriptor,
  OneofDescriptor,
  SchemaDescriptor,
  ServiceDescriptor,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import type { Ident } from "./code.ts";
import type {
  EnumNames,
  ErrorNames,
  FileNames,
  MessageNames,
  MethodNames,
  Names,
  OneofNames,
  ServiceNames,
} from "./names.ts";
import { clientMembers, enumMembers, objectMembers, reservedWords, usedGlobals } from "./reserved.ts";

const localNames = [
  "a",
  "at",
  "b",
  "bytes",
  "context",
  "data",
  "end",
  "entries",
  "entry",
  "error",
  "field",
  "found",
  "index",
  "init",
  "inner",
  "invoker",
  "item",
  "items",
  "json",
  "key",
  "known",
  "list",
  "mark",
  "members",
  "message",
  "name",
  "number",
  "numbers",
  "object",
  "options",
  "other",
  "outer",
  "path",
  "previous",
  "reader",
  "request",
  "requests",
  "result",
  "seen",
  "tag",
  "text",
  "type",
  "value",
  "violations",
  "writer",
] as const;

type LocalName = (typeof localNames)[number];

/** Variables and parameters inside generated functions. Declarations of these names are escaped, so nothing is hidden. */
export const locals: Readonly<Record<LocalName, Ident>> = Object.freeze(
  Object.fromEntries(localNames.map((name) => [name, ident(name)])) as Record<LocalName, Ident>,
);

/** A name that generated code may use. @throws TypeError when `text` is not an identifier */
export function ident(text: string): Ident {
  if (!/^[A-Za-z_$][\w$]*$/.test(text)) throw new TypeError(`${JSON.stringify(text)} is not an identifier`);
  return text as Ident;
}

/** Name of the user's constant with the handlers of a service: `users`. */
export function handlerConstant(service: ServiceDescriptor): Ident {
  return escaped(lowerFirst(flat(service.name)));
}

const memo = new WeakMap<SchemaDescriptor, Names>();

/** The names of a compilation; computed once per schema and file. */
export function namesOf(schema: SchemaDescriptor): Names {
  let names = memo.get(schema);
  if (names === undefined) memo.set(schema, (names = createNames(schema)));
  return names;
}

function createNames(schema: SchemaDescriptor): Names {
  const modules = modulePaths(schema);
  const descriptors = new Map(schema.files.map((file) => [file.path, file]));
  const files = new Map<string, FileNames>();
  return {
    file(path) {
      let names = files.get(path);
      if (names === undefined) {
        const descriptor = descriptors.get(path);
        if (descriptor === undefined) throw new TypeError(`the schema has no file ${path}`);
        names = createFileNames(descriptor, modules.get(path) ?? path);
        files.set(path, names);
      }
      return names;
    },
  };
}

/** Modules whose paths differ only in case would be one file on some systems: later ones get an underscore. */
function modulePaths(schema: SchemaDescriptor): Map<string, string> {
  const taken = new Set<string>();
  const modules = new Map<string, string>();
  for (const path of schema.files.map((file) => file.path).sort()) {
    let stem = path.replace(/\.rpc$/, "");
    while (taken.has(stem.toLowerCase())) stem += "_";
    taken.add(stem.toLowerCase());
    modules.set(path, `${stem}.rpc`);
  }
  return modules;
}

/** Gives out names that are still free. */
class Scope {
  readonly taken = new Set<string>();

  give(wanted: string): Ident {
    let name = wanted;
    while (this.taken.has(name) || isReserved(name)) name += "_";
    this.taken.add(name);
    return ident(name);
  }
}

const reservedNames: ReadonlySet<string> = new Set([...reservedWords, ...usedGlobals, ...objectMembers, ...localNames]);

function isReserved(name: string): boolean {
  return reservedNames.has(name);
}

function escaped(name: string): Ident {
  return ident(isReserved(name) ? `${name}_` : name);
}

function createFileNames(file: FileDescriptor, module: string): FileNames {
  const scope = new Scope();
  const declared = declaredNames(file, scope);
  const nameOf = (name: string): Ident => found(declared, name, file.path);
  const messages = new Map<string, MessageNames>();
  const enums = new Map<string, EnumNames>();
  const errors = new Map<string, ErrorNames>();
  const services = new Map<string, ServiceNames>();
  for (const declaration of file.declarations) {
    const type = nameOf(declaration.name);
    if (declaration.kind === "message" || declaration.kind === "union") {
      messages.set(declaration.name, messageNames(scope, type, declaration));
    } else if (declaration.kind === "enum") enums.set(declaration.name, enumNames(scope, type, declaration));
    else if (declaration.kind === "error") errors.set(declaration.name, errorNames(scope, type, declaration));
    else if (declaration.kind === "service") services.set(declaration.name, serviceNames(scope, type, declaration));
  }
  return {
    module,
    schema: scope.give(`${lowerFirst(stemOf(module))}Schema`),
    taken: scope.taken,
    declared: nameOf,
    message: (name) => found(messages, name, file.path),
    enum: (name) => found(enums, name, file.path),
    error: (name) => found(errors, name, file.path),
    service: (name) => found(services, name, file.path),
  };
}

function found<T>(table: ReadonlyMap<string, T>, name: string, path: string): T {
  const names = table.get(name);
  if (names === undefined) throw new TypeError(`${path} does not declare ${name} as what it is used for`);
  return names;
}

/** Names without a dot come first, so that nobody's own `User_Contact` is renamed for the sake of a nested one. */
function declaredNames(file: FileDescriptor, scope: Scope): Map<string, Ident> {
  const declared = new Map<string, Ident>();
  const give = (declaration: Declaration): void => {
    declared.set(declaration.name, scope.give(flat(declaration.name)));
  };
  file.declarations.filter((declaration) => !declaration.name.includes(".")).forEach(give);
  file.declarations.filter((declaration) => declaration.name.includes(".")).forEach(give);
  return declared;
}

function messageNames(
  scope: Scope,
  type: Ident,
  descriptor: MessageDescriptor | UnionDescriptor | ErrorDescriptor,
): MessageNames {
  const init = scope.give(`${type}Init`);
  const members = descriptor.kind === "union" ? [] : descriptor.members;
  const oneofs = members.filter((member) => member.kind === "oneof");
  const functions = functionNames(scope, type);
  return {
    type,
    init,
    ...functions,
    oneofs:
      descriptor.kind === "union"
        ? new Map([["", { type, init, ...functions }]])
        : new Map(oneofs.map((oneof) => [oneof.name, oneofNames(scope, type, oneof)])),
    members: memberNames(
      members.map((member) => member.name),
      objectMembers,
    ),
  };
}

function functionNames(scope: Scope, type: Ident): Omit<MessageNames, "type" | "init" | "oneofs" | "members"> {
  const lower = lowerFirst(type);
  return {
    write: scope.give(`write${type}`),
    read: scope.give(`read${type}`),
    toJson: scope.give(`${lower}ToJson`),
    fromJson: scope.give(`${lower}FromJson`),
    create: scope.give(`create${type}`),
    validate: scope.give(`validate${type}`),
    equals: scope.give(`equals${type}`),
  };
}

function oneofNames(scope: Scope, message: Ident, oneof: OneofDescriptor): OneofNames {
  const type = scope.give(`${message}_${upperFirst(oneof.name)}`);
  return {
    type,
    init: scope.give(`${type}Init`),
    create: scope.give(`create${type}`),
    validate: scope.give(`validate${type}`),
    equals: scope.give(`equals${type}`),
  };
}

function enumNames(scope: Scope, type: Ident, descriptor: EnumDescriptor): EnumNames {
  const lower = lowerFirst(type);
  return {
    type,
    toNumber: scope.give(`${lower}ToNumber`),
    fromNumber: scope.give(`${lower}FromNumber`),
    toName: scope.give(`${lower}ToName`),
    fromName: scope.give(`${lower}FromName`),
    constants: scope.give(`${type}Members`),
    members: memberNames(
      descriptor.members.map((member) => member.name),
      new Set([...objectMembers, ...enumMembers]),
    ),
  };
}

function errorNames(scope: Scope, type: Ident, descriptor: ErrorDescriptor): ErrorNames {
  return { type, data: messageNames(scope, scope.give(`${type}Data`), descriptor) };
}

function serviceNames(scope: Scope, type: Ident, descriptor: ServiceDescriptor): ServiceNames {
  const reserved = new Set([...objectMembers, ...clientMembers]);
  const members = memberNames(
    descriptor.methods.map((method) => method.name),
    reserved,
  );
  const methodNames = (method: MethodDescriptor): MethodNames => ({
    constant: scope.give(`${type}_${method.name}`),
    member: members.get(method.name) ?? ident(method.name),
  });
  return {
    type,
    client: scope.give(`${type}Client`),
    handlers: scope.give(`${type}Handlers`),
    stub: scope.give(`${lowerFirst(type)}Stub`),
    methods: new Map(descriptor.methods.map((method) => [method.name, methodNames(method)])),
  };
}

function memberNames(names: readonly string[], reserved: ReadonlySet<string>): Map<string, Ident> {
  let taken: Set<string> | undefined;
  const members = new Map<string, Ident>();
  for (const name of names) {
    let member = name;
    if (reserved.has(name)) {
      taken ??= new Set(names);
      while (reserved.has(member) || taken.has(member)) member += "_";
      taken.add(member);
    }
    members.set(name, ident(member));
  }
  return members;
}

function flat(name: string): string {
  return name.replaceAll(".", "_");
}

/** File name without directories and extension, as an identifier: `user-events` -> `userEvents`. */
function stemOf(module: string): string {
  const name = module.slice(module.lastIndexOf("/") + 1).replace(/\.rpc$/, "");
  const stem = name.replace(/[^A-Za-z0-9]+(.)?/g, (_match, next: string | undefined) => (next ?? "").toUpperCase());
  return /^[A-Za-z]/.test(stem) ? stem : `file${stem}`;
}

/** A name for something imported that is already taken here: `Page` of `common.rpc` -> `commonPage`. */
export function importAlias(module: string, name: string, taken: ReadonlySet<string>): Ident {
  let alias = `${lowerFirst(stemOf(module))}_${name}`;
  while (taken.has(alias) || isReserved(alias)) alias += "_";
  return ident(alias);
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A name for a runtime symbol that is already taken here: `Reader` -> `RpcReader`, `messageType` -> `rpcMessageType`. */
export function runtimeAlias(name: string, taken: ReadonlySet<string>): Ident {
  let alias = /^[A-Z]/.test(name) ? `Rpc${name}` : `rpc${upperFirst(name)}`;
  while (taken.has(alias) || isReserved(alias)) alias += "_";
  return ident(alias);
}

/** The name under which something is passed on: `Page` as `Sheet` makes `PageInit` a `SheetInit`. */
export function reexported(name: string, declared: string, as: string): Ident {
  return escaped(name.startsWith(declared) ? flat(as) + name.slice(declared.length) : name);
}
