/** What generated code imports, and nothing else: `symbols.ts` is the same list as data. Not meant to be called by people. */
export type { JsonObject, JsonWriter } from "../codec/json-writer.ts";
export { setMember } from "../codec/json-writer.ts";
export type { JsonOptions } from "../codec/json-options.ts";
export type { JsonReader } from "../codec/json-reader.ts";
export type { JsonValue, MessageType, Violation } from "../codec/message-type.ts";
export type { Reader } from "../wire/reader.ts";
export type { Writer } from "../wire/writer.ts";
export { type EnumParts, type EnumType, enumType, notAMember } from "./enum-type.ts";
export { emptyType, type MessageParts, messageType } from "./message-type.ts";
