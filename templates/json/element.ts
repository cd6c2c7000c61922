import type { ScalarType } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { branded, enumOf, isInt64 } from "../default-value.ts";
import type { ElementType } from "../element-type.ts";
import { call } from "../layout.ts";
import type { ModuleContext } from "../module-context.ts";
import { ident, locals } from "../naming.ts";
import { messageNamesOf, valueName } from "../type-expression.ts";

/** The method of JsonWriter and JsonReader for a scalar: JSON knows no encodings, only ranges. */
function scalarMethod(type: ScalarType): Ident {
  const method = methods[type.scalar] ?? type.scalar;
  if (!isInt64(type) || type.js !== "number") return ident(method);
  return ident(method === "uint64" ? "uint53" : "int53");
}

const methods: Readonly<Partial<Record<ScalarType["scalar"], string>>> = Object.freeze({
  sint32: "int32",
  sfixed32: "int32",
  fixed32: "uint32",
  sint64: "int64",
  sfixed64: "int64",
  fixed64: "uint64",
});

function isText(type: ScalarType): boolean {
  return isInt64(type) && type.js === "string";
}

/** The expression that turns the value in `value` into JSON. */
export function elementToJson(context: ModuleContext, type: ElementType, value: Piece): Code {
  const { runtime } = context.imports;
  if (type.kind === "scalar") {
    const plain = isText(type) ? call(runtime("int64FromText"), [value]) : value;
    return call(code`writer.${scalarMethod(type)}`, [plain]);
  }
  if (type.kind === "builtin" && type.name === "void") return code`{}`;
  if (type.kind === "builtin" && type.name === "uuid")
    return call(code`writer.string`, [call(runtime("checkUuid"), [value])]);
  if (type.kind !== "enum") return call(messageFunction(context, type, "toJson"), [locals.writer, value]);
  const name = call(enumFunction(context, type, "toName"), [value]);
  return enumOf(context, type).open ? call(code`writer.enum`, [name]) : name;
}

/** The expression that reads the JSON in `item`. That of an enum may be `undefined`: an unknown member that is to be skipped. */
export function elementFromJson(context: ModuleContext, type: ElementType, item: Ident): Code {
  if (type.kind === "scalar") {
    const plain = call(code`reader.${scalarMethod(type)}`, [item]);
    return branded(context, type, isText(type) ? call(code`String`, [plain]) : plain);
  }
  if (type.kind === "builtin" && type.name === "uuid") {
    return branded(context, type, call(context.imports.runtime("checkUuid"), [call(code`reader.string`, [item])]));
  }
  if (type.kind === "enum") {
    const functions = [enumFunction(context, type, "fromName"), enumFunction(context, type, "fromNumber")];
    return call(code`reader.enum`, [item, ...functions]);
  }
  return branded(context, type, call(messageFunction(context, type, "fromJson"), [locals.reader, item]));
}

/** `pointToJson` of this module, `Point.writeJson` of another, `timestampToJson` of the runtime. */
function messageFunction(
  context: ModuleContext,
  type: Exclude<ElementType, ScalarType>,
  name: "toJson" | "fromJson",
): Code {
  if (type.kind === "builtin") return code`${context.imports.runtime(builtinFunction(type.name, name))}`;
  const names = messageNamesOf(context, type);
  if (context.isOwn(type)) return code`${names[name]}`;
  return code`${valueName(context, type.file, names.type)}.${ident(name === "toJson" ? "writeJson" : "readJson")}`;
}

function builtinFunction(
  type: string,
  name: "toJson" | "fromJson",
): (typeof builtins)[keyof typeof builtins]["toJson" | "fromJson"] {
  const found = builtins[type as keyof typeof builtins];
  if (found === undefined) throw new TypeError(`${type} has no functions for JSON`);
  return found[name];
}

const builtins = Object.freeze({
  timestamp: { toJson: "timestampToJson", fromJson: "timestampFromJson" },
  duration: { toJson: "durationToJson", fromJson: "durationFromJson" },
  json: { toJson: "valueToJson", fromJson: "valueFromJson" },
  any: { toJson: "anyToJson", fromJson: "anyFromJson" },
} as const);

function enumFunction(
  context: ModuleContext,
  type: Extract<ElementType, { file: string }>,
  name: "toName" | "fromName" | "fromNumber",
): Code {
  const names = context.names.file(type.file).enum(type.name);
  if (context.isOwn(type)) return code`${names[name]}`;
  return code`${valueName(context, type.file, names.type)}.${ident(name)}`;
}
