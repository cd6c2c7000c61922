import type { BuiltinType, Reference, ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { branded, enumOf, isInt64 } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { call } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import { messageNamesOf, valueName } from "../type-expression.ts";

/** Wire types that the schema's types use. */
export const wireType: { readonly varint: 0; readonly fixed64: 1; readonly bytes: 2; readonly fixed32: 5 } = {
  varint: 0,
  fixed64: 1,
  bytes: 2,
  fixed32: 5,
};

/** Key of a field on the wire. */
export function keyOf(number: number, wire: number): number {
  return number * 8 + wire;
}

/** The wire type of one value. */
export function wireTypeOf(type: ElementType): number {
  if (type.kind === "enum") return wireType.varint;
  if (type.kind !== "scalar") return wireType.bytes;
  switch (type.scalar) {
    case "string":
    case "bytes":
      return wireType.bytes;
    case "fixed32":
    case "sfixed32":
    case "float":
      return wireType.fixed32;
    case "fixed64":
    case "sfixed64":
    case "double":
      return wireType.fixed64;
    default:
      return wireType.varint;
  }
}

/** True for what has its own length on the wire because it is a message. */
export function isMessageLike(type: ElementType): boolean {
  return type.kind === "builtin" ? type.name !== "uuid" : type.kind !== "scalar" && type.kind !== "enum";
}

/** Method of Writer and Reader for a scalar; `@js(number)` reads plain varints as int53. */
export function scalarMethod(type: ScalarType): string {
  if (type.js !== "number") return type.scalar;
  if (type.scalar === "int64") return "int53";
  return type.scalar === "uint64" ? "uint53" : type.scalar;
}

/** How a scalar with `@js` is brought to bigint and back; plain where the methods do it. */
export function conversionOf(type: ScalarType): "none" | "number" | "text" {
  if (!isInt64(type)) return "none";
  if (type.js === "string") return "text";
  return type.js === "number" && scalarMethod(type) === type.scalar ? "number" : "none";
}

/** Statements that write one value with its key. `mark` names the variable for nested messages. */
export function writeElement(
  context: ModuleContext,
  type: ElementType,
  target: { readonly key: number; readonly value: Ident; readonly mark?: Ident },
): Code[] {
  const { key, value } = target;
  if (!isMessageLike(type)) return [code`${writeScalar(context, type, key, value)};`];
  if (type.kind === "builtin" && type.name === "void") return [code`writer.end(writer.begin(${key}));`];
  const mark = target.mark ?? locals.mark;
  const checked = type.kind === "builtin" ? code`writer.begin(${key})` : call(begin, [key, value]);
  return [
    code`const ${mark} = ${checked};`,
    code`${call(messageWriter(context, type), [locals.writer, value])};`,
    code`writer.end(${mark});`,
  ];
}

const begin = code`writer.begin`;

function writeScalar(context: ModuleContext, type: ElementType, key: number, value: Ident): Code {
  if (type.kind === "scalar")
    return call(code`writer.${ident(scalarMethod(type))}`, [key, toWire(context, type, value)]);
  if (type.kind === "enum")
    return call(code`writer.int32`, [key, call(enumFunction(context, type, "toNumber"), [value])]);
  return call(code`writer.string`, [key, call(context.imports.runtime("checkUuid"), [value])]);
}

function toWire(context: ModuleContext, type: ScalarType, value: Ident): Piece {
  const conversion = conversionOf(type);
  if (conversion === "none") return value;
  return call(context.imports.runtime(conversion === "text" ? "int64FromText" : "int64FromNumber"), [value]);
}

/** `writePoint`, `Point.write`, `writeTimestamp`. */
function messageWriter(context: ModuleContext, type: ElementType): Code {
  if (type.kind === "builtin") return code`${context.imports.runtime(builtinFunctions(type).write)}`;
  const names = messageNamesOf(context, type as Reference);
  if (context.isOwn(type as Reference)) return code`${names.write}`;
  return code`${valueName(context, (type as Reference).file, names.type)}.write`;
}

function messageReader(context: ModuleContext, type: ElementType): Code {
  if (type.kind === "builtin") return code`${context.imports.runtime(builtinFunctions(type).read)}`;
  const names = messageNamesOf(context, type as Reference);
  if (context.isOwn(type as Reference)) return code`${names.read}`;
  return code`${valueName(context, (type as Reference).file, names.type)}.read`;
}

const builtins = Object.freeze({
  timestamp: { write: "writeTimestamp", read: "readTimestamp" },
  duration: { write: "writeDuration", read: "readDuration" },
  json: { write: "writeValue", read: "readValue" },
  any: { write: "writeAny", read: "readAny" },
} as const);

function builtinFunctions(type: BuiltinType): (typeof builtins)[keyof typeof builtins] {
  if (type.name === "uuid" || type.name === "void")
    throw new TypeError(`${type.name} is not read by a function of its own`);
  return builtins[type.name];
}

/** `roleToNumber` of this module, `Role.toNumber` of another. */
export function enumFunction(context: ModuleContext, type: Reference, name: "toNumber" | "fromNumber"): Code {
  const names = context.names.file(type.file).enum(type.name);
  if (context.isOwn(type)) return code`${names[name]}`;
  return code`${valueName(context, type.file, names.type)}.${ident(name)}`;
}

/** True when reading may give `undefined`: a number that a closed enum does not declare. */
export function mayBeUnknown(context: ModuleContext, type: ElementType): boolean {
  return type.kind === "enum" && (!context.isOwn(type) || !enumOf(context, type).open);
}

/** The expression that reads one value that is not a message. */
export function readScalar(context: ModuleContext, type: ElementType): Code {
  if (type.kind === "enum") return call(enumFunction(context, type, "fromNumber"), [code`reader.int32()`]);
  if (type.kind !== "scalar")
    return branded(context, type, call(context.imports.runtime("checkUuid"), [code`reader.string()`]));
  const plain = code`reader.${ident(scalarMethod(type))}()`;
  return branded(context, type, fromWire(context, type, plain));
}

/** An expression of bigint brought to what `@js` asks for. */
export function fromWire(context: ModuleContext, type: ScalarType, value: Code): Code {
  const conversion = conversionOf(type);
  if (conversion === "none") return value;
  if (conversion === "text") return call(code`String`, [value]);
  return call(context.imports.runtime("numberFromInt64"), [locals.reader, value]);
}

/** Statements that read one nested message; `store` gets the expression. */
export function readMessage(
  context: ModuleContext,
  type: ElementType,
  target: { readonly previous: Piece | undefined; readonly outer?: Ident; store(value: Code): Code },
): Code[] {
  const outer = target.outer ?? locals.outer;
  const args: Piece[] = target.previous === undefined ? [locals.reader] : [locals.reader, target.previous];
  const value = branded(context, type, call(messageReader(context, type), args));
  return [code`const ${outer} = reader.open();`, target.store(value), code`reader.close(${outer});`];
}
