import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import { Reader } from "../wire/reader.ts";
import { encodeWith } from "../wire/writer-pool.ts";
import type { Writer } from "../wire/writer.ts";
import type { JsonReader } from "./json-reader.ts";
import { type JsonObject, type JsonWriter, setMember } from "./json-writer.ts";
import type { JsonValue, MessageType } from "./message-type.ts";

/** A message of a type that only its sender names: `google.protobuf.Any`. */
export interface Any {
  /** `type.googleapis.com/` and the full name of the message; empty when there is none. */
  typeUrl: string;
  /** The message in the protobuf wire format. */
  value: Uint8Array;
}

/** What may be passed where an {@link Any} is expected. */
export type AnyInit = Partial<Any>;

/** Writes `google.protobuf.Any`. */
export function writeAny(writer: Writer, init: AnyInit): void {
  const { typeUrl, value } = checkedAny(init);
  if (typeUrl !== undefined && typeUrl !== "") {
    writer.string(10, typeUrl);
  }
  if (value !== undefined && value.length > 0) {
    writer.bytes(18, value);
  }
}

function checkedAny(init: AnyInit): AnyInit {
  if (typeof init === "object" && init !== null) return init;
  throw malformed(`expected { typeUrl, value }, found ${describeValue(init)}`);
}

/** Reads `google.protobuf.Any`; the message inside stays undecoded. */
export function readAny(reader: Reader, previous?: Any): Any {
  let typeUrl = previous?.typeUrl ?? "";
  let value = previous?.value ?? new Uint8Array(0);
  while (reader.pos < reader.end) {
    const tag = reader.tag();
    if (tag === 10) typeUrl = reader.string();
    else if (tag === 18) value = reader.bytes();
    else reader.skip(tag);
  }
  return { typeUrl, value };
}

type KnownType = MessageType<unknown, never>;

/** Where the bytes of a message stand whose type the options do not list. An extension of the protobuf mapping. */
const bytesMember = "@bytes";

/** The fields of the message beside `@type` when the options list its type, else its bytes in base64 beside it. */
export function anyToJson(writer: JsonWriter, init: AnyInit): JsonValue {
  const { typeUrl = "", value = new Uint8Array(0) } = checkedAny(init);
  if (typeUrl === "" && value.length === 0) return {};
  const type = writer.options.types?.get(nameFromUrl(typeUrl));
  if (type === undefined)
    return { "@type": writer.string(typeUrl), [bytesMember]: writer.sensitive(writer.bytes(value)) };
  writer.enter();
  const fields = type.writeJson(writer, type.read(new Reader(value)) as never);
  writer.close();
  return { "@type": writer.string(typeUrl), ...(fields as JsonObject) };
}

/** The reverse of {@link anyToJson}. */
export function anyFromJson(reader: JsonReader, json: JsonValue): Any {
  const keys = reader.open(json);
  if (keys.length === 0) {
    reader.close();
    return { typeUrl: "", value: new Uint8Array(0) };
  }
  const typeUrl = keys.includes("@type") ? reader.string(reader.item("@type")) : "";
  if (typeUrl === "") throw reader.fail('expected "@type" to name the message');
  const type = reader.options.types?.get(nameFromUrl(typeUrl));
  const value = type === undefined ? bytesOf(reader, keys, typeUrl) : messageOf(reader, json as JsonObject, type);
  reader.close();
  return { typeUrl, value };
}

function bytesOf(reader: JsonReader, keys: readonly string[], typeUrl: string): Uint8Array {
  if (keys.length === 2 && keys.includes(bytesMember)) return reader.bytes(reader.item(bytesMember));
  throw reader.fail(`the type ${describeValue(typeUrl)} is not known here; pass it in the option types`);
}

function messageOf(reader: JsonReader, json: JsonObject, type: KnownType): Uint8Array {
  const fields: JsonObject = {};
  for (const key of Object.keys(json)) if (key !== "@type") setMember(fields, key, json[key]!);
  return encodeWith(
    type.typeName,
    type.write as (writer: Writer, value: unknown) => void,
    type.readJson(reader, fields),
  );
}

function nameFromUrl(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}
