import type { AliasReference, BuiltinType, Reference, ScalarType, Type } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident } from "./code.ts";
import { generic } from "./layout.ts";
import type { ModuleContext } from "./module-context.ts";
import type { MessageNames } from "./names.ts";
import { ident } from "./naming.ts";

/** `value`: what decoding gives; `init`: what encoding accepts. */
export type Use = "value" | "init";

/** The TypeScript type of a schema type. */
export function typeExpression(context: ModuleContext, type: Type, use: Use): Code {
  if (type.alias !== undefined && (use === "value" || !holdsMessage(type))) return aliasName(context, type.alias);
  return structuralType(context, type, use);
}

/** The TypeScript type without the alias through which it was named. */
export function structuralType(context: ModuleContext, type: Type, use: Use): Code {
  switch (type.kind) {
    case "scalar":
      return scalarType(type);
    case "builtin":
      return builtinType(context, type, use);
    case "list":
      return listType(typeExpression(context, type.element, use), use);
    case "map": {
      const entry = [typeExpression(context, type.key, use), typeExpression(context, type.value, use)];
      return generic(ident(use === "init" ? "ReadonlyMap" : "Map"), entry);
    }
    default:
      return referenceType(context, type, use);
  }
}

/** True when the type holds a message, union or `any`, so that what encoding accepts differs from what decoding gives. */
export function holdsMessage(type: Type): boolean {
  if (type.kind === "list") return holdsMessage(type.element);
  if (type.kind === "map") return holdsMessage(type.value);
  if (type.kind === "builtin") return type.name === "any";
  return type.kind === "message" || type.kind === "union" || type.kind === "error";
}

/** Names of the message, union or error data that a reference means. */
export function messageNamesOf(context: ModuleContext, reference: Reference): MessageNames {
  const file = context.names.file(reference.file);
  return reference.kind === "error" ? file.error(reference.name).data : file.message(reference.name);
}

/** A declared type by its name in this module; imported as a type when it is another file's. */
export function typeName(context: ModuleContext, file: string, name: Ident): Ident {
  return context.isOwn({ file }) ? name : context.imports.type(context.names.file(file).module, name);
}

/** A declared value by its name in this module; imported when it is another file's. */
export function valueName(context: ModuleContext, file: string, name: Ident): Ident {
  return context.isOwn({ file }) ? name : context.imports.value(context.names.file(file).module, name);
}

function aliasName(context: ModuleContext, alias: AliasReference): Code {
  return code`${typeName(context, alias.file, context.names.file(alias.file).declared(alias.name))}`;
}

function listType(element: Code, use: Use): Code {
  return use === "init" ? code`readonly ${element}[]` : code`${element}[]`;
}

function referenceType(context: ModuleContext, reference: Reference, use: Use): Code {
  if (reference.kind === "enum") {
    return code`${typeName(context, reference.file, context.names.file(reference.file).enum(reference.name).type)}`;
  }
  const names = messageNamesOf(context, reference);
  return code`${typeName(context, reference.file, use === "init" ? names.init : names.type)}`;
}

function scalarType(type: ScalarType): Code {
  switch (type.scalar) {
    case "bool":
      return code`boolean`;
    case "string":
      return code`string`;
    case "bytes":
      return code`Uint8Array`;
    case "int64":
    case "uint64":
    case "sint64":
    case "fixed64":
    case "sfixed64":
      return type.js === "number" ? code`number` : type.js === "string" ? code`string` : code`bigint`;
    default:
      return code`number`;
  }
}

function builtinType(context: ModuleContext, type: BuiltinType, use: Use): Code {
  switch (type.name) {
    case "timestamp":
      return code`Date`;
    case "duration":
      return code`number`;
    case "uuid":
      return code`string`;
    case "void":
      return code`undefined`;
    case "json":
      return code`${context.imports.runtime("JsonValue")}`;
    case "any":
      return code`${context.imports.runtime(use === "init" ? "AnyInit" : "Any")}`;
  }
}
