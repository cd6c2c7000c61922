import type { JsonOptions } from "./json-options.ts";
import { JsonReader, readJson } from "./json-reader.ts";
import { JsonWriter } from "./json-writer.ts";
import type { JsonValue, MessageType } from "./message-type.ts";

export type { JsonOptions } from "./json-options.ts";
export type { JsonValue, MessageType } from "./message-type.ts";

/**
 * A message in the protobuf JSON mapping, ready for `JSON.stringify`: `toJson(User, user)` is `User.toJson(user)`, also in pages, whose bundles
 * have no JSON unless this is imported.
 */
export function toJson<T, Init>(type: MessageType<T, Init>, value: Init, options?: JsonOptions): JsonValue {
  return type.writeJson(new JsonWriter(type.typeName, options), value);
}

/** The message in a JSON value: `User.fromJson(json)`, also in pages. @throws RpcError `invalid_argument` naming the path when the JSON does not fit */
export function fromJson<T, Init>(type: MessageType<T, Init>, json: JsonValue, options?: JsonOptions): T {
  return readJson(new JsonReader(type.typeName, options), type, json);
}
