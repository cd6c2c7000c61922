import type { BuiltinType, FieldDescriptor, ScalarName, Type } from "@rpcgen/runtime/descriptor";
import { Reader } from "@rpcgen/runtime/protocol";
import { DecodeError } from "./decode-error.ts";
import type { SchemaIndex } from "./schema-index.ts";
import type { ShownField, ShownValue } from "./shown.ts";

/**
 * Reads a body field by field, as a descriptor says, in the order of the wire. Slow and plain: for people, not for programs.
 * @throws DecodeError with the offset within `bytes` for what is malformed
 */
export function readBody(bytes: Uint8Array, fullName: string, schema: SchemaIndex): ShownValue {
  const reader = new Reader(bytes);
  try {
    return readMessage(reader, fullName, schema);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new DecodeError(text.replace(/^malformed message at byte \d+: /u, ""), { cause: { at: reader.pos } });
  }
}

/** Where a {@link readBody} failed. */
export function offsetOf(error: DecodeError): number {
  return (error.cause as { readonly at?: number } | undefined)?.at ?? 0;
}

function readMessage(reader: Reader, fullName: string, schema: SchemaIndex): ShownValue {
  const known = schema.fields(fullName) ?? new Map<number, FieldDescriptor>();
  const shown: ShownField[] = [];
  while (reader.pos < reader.end) {
    const key = reader.tag();
    const field = known.get(key >>> 3);
    if (field !== undefined && fits(field.type, key & 7)) addField(shown, field, reader, key & 7, schema);
    else shown.push({ name: `#${key >>> 3}`, value: readUnknown(reader, key) });
  }
  return { kind: "message", fields: shown };
}

/** Items and entries of one field are shown together. */
function addField(
  shown: ShownField[],
  field: FieldDescriptor,
  reader: Reader,
  wireType: number,
  schema: SchemaIndex,
): void {
  const { type, name } = field;
  if (type.kind !== "list" && type.kind !== "map") {
    shown.push({ name, value: readValue(reader, type, schema) });
    return;
  }
  const kind = type.kind;
  let whole = shown.find((each) => each.name === name)?.value;
  if (whole?.kind !== kind) shown.push({ name, value: (whole = { kind, items: [] } as ShownValue) });
  if (whole.kind === "list" && type.kind === "list")
    whole.items.push(...readItems(reader, type.element, wireType, schema));
  else if (whole.kind === "map" && type.kind === "map") whole.items.push(readEntry(reader, type, schema));
}

function readItems(reader: Reader, element: Type, wireType: number, schema: SchemaIndex): ShownValue[] {
  if (wireType !== 2 || wireTypeOf(element) === 2) return [readValue(reader, element, schema)];
  const items: ShownValue[] = [];
  const outerEnd = reader.open();
  while (reader.pos < reader.end) items.push(readValue(reader, element, schema));
  reader.close(outerEnd);
  return items;
}

function readEntry(
  reader: Reader,
  type: Extract<Type, { kind: "map" }>,
  schema: SchemaIndex,
): { readonly key: ShownValue; readonly value: ShownValue } {
  let key: ShownValue = { kind: "text", text: "(no key)" };
  let value: ShownValue = { kind: "text", text: "(no value)" };
  const outerEnd = reader.open();
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag >>> 3 === 1 && fits(type.key, tag & 7)) key = readValue(reader, type.key, schema);
    else if (tag >>> 3 === 2 && fits(type.value, tag & 7)) value = readValue(reader, type.value, schema);
    else reader.skip(tag);
  }
  reader.close(outerEnd);
  return { key, value };
}

function readValue(reader: Reader, type: Type, schema: SchemaIndex): ShownValue {
  if (type.kind === "scalar") return { kind: "text", text: readScalar(reader, type.scalar) };
  if (type.kind === "enum") return { kind: "text", text: memberOf(reader.int32(), type.fullName, schema) };
  if (type.kind === "builtin") return readBuiltin(reader, type.name);
  if (!("fullName" in type)) throw new DecodeError(`a ${type.kind} does not stand here`);
  const outerEnd = reader.open();
  const value = readMessage(reader, type.fullName, schema);
  reader.close(outerEnd);
  return value;
}

function memberOf(number: number, fullName: string, schema: SchemaIndex): string {
  const found = schema.enumeration(fullName)?.members.find((member) => member.number === number);
  return found?.name ?? `${number} (unknown)`;
}

function readScalar(reader: Reader, name: ScalarName): string {
  if (name === "string") return JSON.stringify(reader.string());
  if (name === "bytes") return hexOf(reader.bytes());
  const value = reader[name]();
  return Object.is(value, -0) ? "-0" : String(value);
}

const maxShownBytes = 64;

/** Bytes as people read them; long ones are cut. */
export function hexOf(bytes: Uint8Array): string {
  const text = Array.from(bytes.subarray(0, maxShownBytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > maxShownBytes ? `<${text}... ${bytes.length} bytes>` : `<${text}>`;
}

/** Fields of the types that come with the language. */
const builtinFields: Readonly<Record<"timestamp" | "duration" | "any", readonly [number, string, ScalarName][]>> = {
  timestamp: [
    [1, "seconds", "int64"],
    [2, "nanos", "int32"],
  ],
  duration: [
    [1, "seconds", "int64"],
    [2, "nanos", "int32"],
  ],
  any: [
    [1, "typeUrl", "string"],
    [2, "value", "bytes"],
  ],
};

function readBuiltin(reader: Reader, name: BuiltinType["name"]): ShownValue {
  if (name === "uuid") return { kind: "text", text: JSON.stringify(reader.string()) };
  const outerEnd = reader.open();
  const value = name === "json" ? readJson(reader) : readParts(reader, name);
  reader.close(outerEnd);
  return value;
}

function readParts(reader: Reader, name: "timestamp" | "duration" | "any" | "void"): ShownValue {
  const known = name === "void" ? [] : builtinFields[name];
  const parts = new Map<string, string>();
  while (reader.pos < reader.end) {
    const key = reader.tag();
    const [, part, scalar] = known.find(([number]) => number === key >>> 3) ?? [];
    if (part === undefined || scalar === undefined || scalarWireType(scalar) !== (key & 7)) reader.skip(key);
    else parts.set(part, readScalar(reader, scalar));
  }
  if (name === "timestamp" || name === "duration") return { kind: "text", text: timeOf(name, parts) };
  return {
    kind: "message",
    fields: [...parts].map(([part, text]) => ({ name: part, value: { kind: "text", text } })),
  };
}

function timeOf(name: "timestamp" | "duration", parts: ReadonlyMap<string, string>): string {
  const seconds = BigInt(parts.get("seconds") ?? 0);
  const nanos = BigInt(parts.get("nanos") ?? 0);
  const total = seconds * 1_000_000_000n + nanos;
  const size = total < 0n ? -total : total;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/u, "");
  const text = `${total < 0n ? "-" : ""}${size / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}s`;
  const date = new Date(Number(seconds) * 1000 + Math.trunc(Number(nanos) / 1_000_000));
  return name === "timestamp" && !Number.isNaN(date.getTime()) ? date.toISOString() : text;
}

function readJson(reader: Reader): ShownValue {
  let value: ShownValue = { kind: "text", text: "null" };
  while (reader.pos < reader.end) {
    const key = reader.tag();
    if (key === 8) {
      reader.int32();
      value = { kind: "text", text: "null" };
    } else if (key === 17) value = { kind: "text", text: String(reader.double()) };
    else if (key === 26) value = { kind: "text", text: JSON.stringify(reader.string()) };
    else if (key === 32) value = { kind: "text", text: String(reader.bool()) };
    else if (key === 42 || key === 50) value = readJsonParts(reader, key === 50);
    else reader.skip(key);
  }
  return value;
}

function readJsonParts(reader: Reader, isList: boolean): ShownValue {
  const items: ShownValue[] = [];
  const fields: ShownField[] = [];
  const outerEnd = reader.open();
  while (reader.pos < reader.end) {
    const key = reader.tag();
    if (key !== 10) reader.skip(key);
    else if (isList) items.push(inside(reader, readJson));
    else fields.push(inside(reader, readJsonMember));
  }
  reader.close(outerEnd);
  return isList ? { kind: "list", items } : { kind: "message", fields };
}

function readJsonMember(reader: Reader): ShownField {
  let name = "";
  let value: ShownValue = { kind: "text", text: "null" };
  while (reader.pos < reader.end) {
    const key = reader.tag();
    if (key === 10) name = reader.string();
    else if (key === 18) value = inside(reader, readJson);
    else reader.skip(key);
  }
  return { name: JSON.stringify(name), value };
}

function inside<T>(reader: Reader, read: (reader: Reader) => T): T {
  const outerEnd = reader.open();
  const value = read(reader);
  reader.close(outerEnd);
  return value;
}

function readUnknown(reader: Reader, key: number): ShownValue {
  switch (key & 7) {
    case 0:
      return { kind: "text", text: `varint ${reader.uint64()}` };
    case 1:
      return { kind: "text", text: `fixed64 ${reader.fixed64()}` };
    case 2:
      return { kind: "text", text: hexOf(reader.bytes()) };
    case 5:
      return { kind: "text", text: `fixed32 ${reader.fixed32()}` };
    default:
      reader.skip(key);
      return { kind: "text", text: "group" };
  }
}

function fits(type: Type, wireType: number): boolean {
  if (type.kind === "list") return wireType === 2 || wireType === wireTypeOf(type.element);
  return wireType === wireTypeOf(type);
}

function wireTypeOf(type: Type): number {
  if (type.kind === "enum") return 0;
  return type.kind === "scalar" ? scalarWireType(type.scalar) : 2;
}

function scalarWireType(name: ScalarName): number {
  if (name === "string" || name === "bytes") return 2;
  if (/fixed32|float/u.test(name)) return 5;
  return /fixed64|double/u.test(name) ? 1 : 0;
}
