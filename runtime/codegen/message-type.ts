import type { JsonOptions } from "../codec/json-options.ts";
import type { JsonReader } from "../codec/json-reader.ts";
import type { JsonWriter } from "../codec/json-writer.ts";
import type { JsonValue, MessageType, Violation } from "../codec/message-type.ts";
import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";
import { Reader } from "../wire/reader.ts";
import { encodeWith } from "../wire/writer-pool.ts";
import type { Writer } from "../wire/writer.ts";
import { fromJson, toJson } from "./json.ts";

/** What generated code knows of a message; {@link messageType} makes the rest. */
export interface MessageParts<T, Init> {
  readonly typeName: string;
  /** Appends the fields of `value`. */
  write(writer: Writer, value: Init): void;
  /** Reads fields up to the end of `reader`; `previous` is an earlier occurrence of the same field, to be merged with. */
  read(reader: Reader, previous?: T): T;
  toJson(writer: JsonWriter, value: Init): JsonValue;
  fromJson(reader: JsonReader, json: JsonValue): T;
  create(init?: Init): T;
  validate(value: Init): readonly Violation[];
  equals(a: Init, b: Init): boolean;
}

/** The value that stands beside a generated interface: `User.encode(...)`, `User.decode(...)`. */
export function messageType<T, Init>(parts: MessageParts<T, Init>): MessageType<T, Init> {
  const { typeName, write, read, create, validate, equals } = parts;
  const type: MessageType<T, Init> = Object.freeze({
    typeName,
    encode: (value: Init): Uint8Array => encodeWith(typeName, write, checkedObject(typeName, value)),
    decode: (bytes: Uint8Array): T => decode(typeName, read, bytes),
    toJson: (value: Init, options?: JsonOptions): JsonValue => toJson(type, value, options),
    fromJson: (json: JsonValue, options?: JsonOptions): T => fromJson(type, json, options),
    create,
    validate,
    equals,
    write,
    read,
    writeJson: parts.toJson,
    readJson: parts.fromJson,
  });
  return type;
}

function checkedObject<T>(typeName: string, value: T): T {
  if (typeof value === "object" && value !== null) return value;
  throw malformed(`${typeName}: expected an object, found ${describeValue(value)}`);
}

function decode<T>(typeName: string, read: (reader: Reader) => T, bytes: Uint8Array): T {
  if (!(bytes instanceof Uint8Array)) {
    throw malformed(`${typeName}: expected the bytes of a message as a Uint8Array, found ${describeValue(bytes)}`);
  }
  return read(new Reader(bytes));
}

const emptyName = "google.protobuf.Empty";
/** One for all: a typed array of its own was the dearest step of a call that carries nothing (bench `governance`). */
const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** The type of requests and replies that carry nothing: `google.protobuf.Empty`. Unknown fields are skipped. */
export const emptyType: MessageType<void, void> = /* @__PURE__ */ Object.freeze<MessageType<void, void>>({
  typeName: emptyName,
  encode: () => noBytes,
  decode: (bytes) => decode(emptyName, skipAll, bytes),
  toJson: () => ({}),
  fromJson: (json, options) => fromJson(emptyType, json, options),
  create: () => undefined,
  validate: () => [],
  equals: () => true,
  write: () => undefined,
  read: skipAll,
  writeJson: () => ({}),
  readJson: (reader, json) => reader.empty(json),
});

function skipAll(reader: Reader): void {
  while (reader.pos < reader.end) reader.skip(reader.tag());
}
