import { RpcError } from "../errors/rpc-error.ts";
import { memoryFor } from "../wire/message-memory.ts";
import { Reader, shortBytes } from "../wire/reader.ts";
import { encodeLent } from "../wire/writer-pool.ts";
import { isJsonTooDeep } from "./json-depth.ts";
import type { JsonOptions } from "./json-options.ts";
import { JsonReader, readJson } from "./json-reader.ts";
import { toJson } from "./json-value.ts";
import type { JsonValue, MessageType } from "./message-type.ts";

/** How a body is written: 1 protobuf's wire format, 2 its JSON mapping in UTF-8. */
export type BodyFormat = 1 | 2;

/** Who answers for the memory that a message takes. */
export interface MemoryOwner {
  /** @param bytes an estimate, beside as many as the body has. What it throws is thrown in place of the message */
  hold(bytes: number): void;
}

/** A newer peer may send fields that this side does not know, as in the binary format. */
const tolerant: JsonOptions = Object.freeze({ ignoreUnknown: true });

const utf8 = /* @__PURE__ */ new TextEncoder();
const strictUtf8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The body of a message. @throws RpcError `invalid_argument` for values that the schema excludes */
export function encodeBody<T, Init>(type: MessageType<T, Init>, value: Init, format: BodyFormat): Uint8Array {
  return format === 1 ? type.encode(value) : utf8.encode(JSON.stringify(toJson(type, value)));
}

/** As {@link encodeBody}, but a small one is valid only until the next message is encoded, and a large one until its memory is given back: for connections. */
export function encodeBodyToCopy<T, Init>(type: MessageType<T, Init>, value: Init, format: BodyFormat): Uint8Array {
  const isPlain = format === 1 && typeof value === "object" && value !== null;
  return isPlain ? encodeLent(type.typeName, type.write, value) : encodeBody(type, value, format);
}

/**
 * The message in a body. Nothing of `bytes` is kept, for it may be a view of memory that is used again; unless it is all of its buffer: then it
 * belongs to the message.
 * @param owner is told what the message takes; undefined: nobody
 * @throws RpcError `invalid_argument` when the body is not a valid message
 */
export function decodeBody<T, Init>(
  type: MessageType<T, Init>,
  bytes: Uint8Array,
  format: BodyFormat,
  owner?: MemoryOwner,
): T {
  if (format === 2) return decodeJson(type, bytes, owner);
  if (owner === undefined) return type.decode(detached(bytes));
  const reader = new Reader(detached(bytes));
  const message = type.read(reader);
  owner.hold(reader.heldBytes);
  return message;
}

function decodeJson<T, Init>(type: MessageType<T, Init>, bytes: Uint8Array, owner: MemoryOwner | undefined): T {
  const reader = new JsonReader(type.typeName, tolerant, memoryFor(bytes.length));
  const message = readJson(reader, type, parseJson(type.typeName, bytes));
  owner?.hold(reader.heldBytes);
  return message;
}

/**
 * The codec lets `bytes` fields share memory with the body when they are more than {@link shortBytes} and fill a quarter of it or more. (`slice` would not
 * copy a Buffer.)
 */
function detached(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= shortBytes) return bytes;
  const { byteLength } = bytes.buffer;
  return bytes.length * 4 < byteLength || bytes.length === byteLength ? bytes : new Uint8Array(bytes);
}

function parseJson(typeName: string, bytes: Uint8Array): JsonValue {
  if (isJsonTooDeep(bytes)) {
    throw new RpcError({ reason: "malformed_message", message: `${typeName}: the body is nested too deeply.` });
  }
  try {
    return JSON.parse(strictUtf8.decode(bytes)) as JsonValue;
  } catch (cause) {
    const fault = cause instanceof SyntaxError ? "not valid JSON" : "not valid UTF-8";
    throw new RpcError({ reason: "malformed_message", message: `${typeName}: the body is ${fault}.`, cause });
  }
}
