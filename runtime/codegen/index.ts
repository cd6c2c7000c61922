/** What generated code imports, and nothing else: `symbols.ts` is the same list as data. Not meant to be called by people. */
export type { JsonObject, JsonWriter } from "../codec/json-writer.ts";
export { setMember } from "../codec/json-writer.ts";
export type { JsonOptions } from "../codec/json-options.ts";
export type { JsonReader } from "../codec/json-reader.ts";
export type { JsonValue, MessageType, Violation } from "../codec/message-type.ts";
export type { Reader } from "../wire/reader.ts";
export type { Writer } from "../wire/writer.ts";
export { type EnumParts, type EnumType, enumType, missingField, notAMember } from "./enum-type.ts";
export { emptyType, type MessageParts, messageType } from "./message-type.ts";
export type { Brand } from "./brand.ts";
export { type SchemaSource, schemaSource } from "./schema-source.ts";
export { methodType, serviceType, streamMethodType } from "./service-type.ts";
export { DeclaredError, type ErrorType, isDeclaredError } from "../call/declared-error.ts";
export type {
  Call,
  CallContext,
  CallOptions,
  Invoker,
  Items,
  ItemStream,
  MaybePromise,
  MethodType,
  ServiceClient,
  ServiceType,
  Stub,
} from "../call/method-type.ts";
export { Code } from "../errors/code.ts";
export { RpcError } from "../errors/rpc-error.ts";
export { type SymbolKind, type SymbolName, symbols } from "./symbols.ts";
export { type Any, type AnyInit, anyFromJson, anyToJson, readAny, writeAny } from "../codec/any.ts";
export { durationFromJson, durationToJson, readDuration, writeDuration } from "../codec/duration.ts";
export { timestampFromJson, timestampToJson, readTimestamp, writeTimestamp } from "../codec/timestamp.ts";
export { valueFromJson, valueToJson, readValue, writeValue } from "../codec/value.ts";
export { checkUuid } from "../codec/uuid.ts";
export { int64FromNumber, int64FromText, numberFromInt64 } from "../codec/int64.ts";
export { errorType, type ErrorParts } from "./error-type.ts";
export {
  addNested,
  checkAbove,
  checkBelow,
  checkBytes,
  checkFormat,
  checkItems,
  checkLength,
  checkMax,
  checkMin,
  checkNoneOf,
  checkOneOf,
  checkPattern,
  checkPresent,
  checkThat,
  checkUnique,
  hideValues,
  noViolations,
  sizeOf,
} from "./constraints.ts";
export { copyList, copyMap, createAny } from "./copy.ts";
export {
  equalAny,
  equalBytes,
  equalJson,
  equalLists,
  equalMaps,
  equalNumbers,
  equalOptional,
  equalTimes,
} from "./equality.ts";
export { leftOut } from "./left-out.ts";
