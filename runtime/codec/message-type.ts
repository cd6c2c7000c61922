import type { Reader } from "../wire/reader.ts";
import type { Writer } from "../wire/writer.ts";
import type { JsonOptions } from "./json-options.ts";
import type { JsonReader } from "./json-reader.ts";
import type { JsonWriter } from "./json-writer.ts";

/** A JSON value as `JSON.parse` returns it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** A broken constraint of the schema. */
export interface Violation {
  /** Where: `lines[2].quantity`; empty for the message itself. */
  readonly path: string;
  /** Which constraint: `len`, `min`, `pattern`, ... */
  readonly rule: string;
  /** What was expected and found, one sentence. */
  readonly message: string;
}

/** What a generated value such as `User` offers. `T`: what decoding gives; `Init`: what encoding accepts. */
export interface MessageType<T, Init = T> {
  /** Wire name: `acme.users.v1.User`. */
  readonly typeName: string;
  /**
   * Bytes in the protobuf wire format. Nobody else writes to them; but in Node those of a small message are a part of a larger
   * `buffer`, as those of a small Buffer are, so copy them (`bytes.slice()`) before you pass that `buffer` on.
   *
   * @throws RpcError `invalid_argument` for values that the schema's types exclude
   */
  encode(value: Init): Uint8Array;
  /**
   * The message in `bytes`, which must not be written to afterwards. A short string may keep up to 1 KiB of its message's text alive.
   *
   * @throws RpcError `invalid_argument` naming offset and reason when the bytes are not a valid message
   */
  decode(bytes: Uint8Array): T;
  /** Value in the protobuf JSON mapping, ready for `JSON.stringify`. */
  toJson(value: Init, options?: JsonOptions): JsonValue;
  /** @throws RpcError `invalid_argument` naming the path when the JSON does not fit */
  fromJson(json: JsonValue, options?: JsonOptions): T;
  /** A complete value: defaults for what `init` leaves out. Nested values are completed too; nothing of `init` is changed. */
  create(init?: Init): T;
  /** Broken constraints in field order; empty when valid. */
  validate(value: Init): readonly Violation[];
  /** Deep equality by the schema's fields. */
  equals(a: Init, b: Init): boolean;
  /** Appends the fields of `value`. For generated code and the runtime. */
  write(writer: Writer, value: Init): void;
  /**
   * Reads fields up to `reader.end`. `previous` is what an earlier occurrence of the same field gave: protobuf merges the two,
   * and it must not be used afterwards. For generated code and the runtime.
   */
  read(reader: Reader, previous?: T): T;
  /** {@link toJson} inside an outer message. For generated code. */
  writeJson(writer: JsonWriter, value: Init): JsonValue;
  /** {@link fromJson} inside an outer message. For generated code. */
  readJson(reader: JsonReader, json: JsonValue): T;
}
