import { malformed } from "../wire/malformed.ts";
import { decodeUtf8 } from "../wire/utf8.ts";
import type { Codec } from "./codec.ts";
import { isJsonTooDeep } from "./json-depth.ts";
import type { JsonOptions } from "./json-options.ts";
import { fromJson, toJson } from "./json-value.ts";
import type { JsonValue } from "./message-type.ts";

const encoder = new TextEncoder();

/**
 * Messages in the protobuf JSON mapping, as UTF-8 text. Unknown fields are skipped, so that peers of different age
 * understand each other as they do in binary.
 */
export function createJsonCodec(options: JsonOptions = {}): Codec {
  const settings: JsonOptions = { ignoreUnknown: true, ...options };
  return Object.freeze<Codec>({
    id: 2,
    name: "json",
    encode: (type, value) => encoder.encode(JSON.stringify(toJson(type, value, settings) ?? {})),
    decode: (type, bytes) => fromJson(type, jsonFromBytes(bytes), settings),
  });
}

/** {@link createJsonCodec} with its defaults. */
export const jsonCodec: Codec = /* @__PURE__ */ createJsonCodec();

function jsonFromBytes(bytes: Uint8Array): JsonValue {
  if (isJsonTooDeep(bytes)) throw malformed("a message is nested too deeply");
  const text = decodeUtf8(bytes, 0, bytes.length);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw malformed("a message is not valid JSON");
  }
}
