import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import { isWellFormed } from "../wire/utf8.ts";
import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import type { JsonReader } from "./json-reader.ts";
import { type JsonObject, type JsonWriter, setMember } from "./json-writer.ts";
import type { JsonValue } from "./message-type.ts";

/** Writes `google.protobuf.Value`. */
export function writeValue(writer: Writer, value: JsonValue): void {
  switch (typeof value) {
    case "number":
      writer.double(17, finite(value));
      return;
    case "string":
      writer.string(26, value);
      return;
    case "boolean":
      writer.bool(32, value);
      return;
    case "object":
      writeObject(writer, value);
      return;
    default:
      throw notJson(value);
  }
}

function writeObject(writer: Writer, value: JsonValue[] | JsonObject | null): void {
  if (value === null) {
    writer.int32(8, 0);
    return;
  }
  const mark = writer.begin(Array.isArray(value) ? 50 : 42);
  if (Array.isArray(value)) writeItems(writer, value);
  else writeMembers(writer, value);
  writer.end(mark);
}

function writeItems(writer: Writer, items: readonly JsonValue[]): void {
  for (const item of items) {
    const mark = writer.begin(10);
    writeValue(writer, item);
    writer.end(mark);
  }
}

function writeMembers(writer: Writer, object: JsonObject): void {
  for (const [key, item] of Object.entries(object)) {
    const entry = writer.begin(10);
    writer.string(10, key);
    const mark = writer.begin(18);
    writeValue(writer, item);
    writer.end(mark);
    writer.end(entry);
  }
}

/** Reads `google.protobuf.Value`; one without any kind is `null`. A member named `__proto__` is a member like any other. */
export function readValue(reader: Reader, previous?: JsonValue): JsonValue {
  let value: JsonValue = previous ?? null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 8) {
      reader.int32();
      value = null;
    } else if (tag === 17) {
      value = reader.double();
      if (!Number.isFinite(value)) throw reader.fail("a JSON number is not finite");
    } else if (tag === 26) value = reader.string();
    else if (tag === 32) value = reader.bool();
    else if (tag === 42) value = nested(reader, readStruct, isObject(value) ? value : undefined);
    else if (tag === 50) value = nested(reader, readList, Array.isArray(value) ? value : undefined);
    else reader.skip(tag);
  }
  return value;
}

function nested<T>(reader: Reader, read: (reader: Reader, previous?: T) => T, previous?: T): T {
  const outer = reader.open();
  const value = read(reader, previous);
  reader.close(outer);
  return value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readStruct(reader: Reader, previous?: JsonObject): JsonObject {
  const object: JsonObject = previous ?? {};
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 10) nested(reader, (inner) => readMember(inner, object));
    else reader.skip(tag);
  }
  return object;
}

function readMember(reader: Reader, object: JsonObject): void {
  let key = "";
  let value: JsonValue = null;
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 10) key = reader.string();
    else if (tag === 18) value = nested(reader, readValue, value);
    else reader.skip(tag);
  }
  setMember(object, key, value);
}

function readList(reader: Reader, previous?: JsonValue[]): JsonValue[] {
  const list: JsonValue[] = previous ?? [];
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 10) list.push(nested(reader, readValue));
    else reader.skip(tag);
  }
  return list;
}

/** A checked copy: only what JSON knows, within the depth limit. */
export function valueToJson(writer: JsonWriter, value: JsonValue): JsonValue {
  if (typeof value === "string") return writer.string(value);
  if (typeof value === "number") return finite(value);
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object") throw notJson(value);
  writer.enter();
  const copy = Array.isArray(value)
    ? Array.from(writer.list(value), (item) => valueToJson(writer, item))
    : copyMembers(value, (item) => valueToJson(writer, item));
  writer.close();
  return copy;
}

function copyMembers(object: JsonObject, each: (value: JsonValue) => JsonValue): JsonObject {
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(object)) {
    if (!isWellFormed(key)) throw malformed("a member name holds a lone surrogate; pass well-formed text");
    setMember(copy, key, each(item));
  }
  return copy;
}

/** The other direction: the same checks, for JSON that came from a peer. */
export function valueFromJson(reader: JsonReader, json: JsonValue): JsonValue {
  if (typeof json === "string") return reader.string(json);
  if (typeof json === "number") return reader.double(json);
  if (typeof json !== "object" || json === null) return json;
  reader.enter();
  const copy = Array.isArray(json)
    ? json.map((item) => valueFromJson(reader, item))
    : copyMembers(json, (item) => valueFromJson(reader, item));
  reader.leave();
  return copy;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw malformed(`expected a finite number in JSON, found ${value}`);
  return value;
}

function notJson(value: unknown): Error {
  return malformed(`expected a JSON value, found ${describeValue(value)}`);
}
