/** What a name of `@rpcgen/runtime/codegen` is: only a type, or a value (which may be a type too). */
export type SymbolKind = "type" | "value";

/** Everything that generated code may import from `@rpcgen/runtime/codegen`. A test holds it equal to `index.ts`. */
export const symbols = Object.freeze({
  EnumParts: "type",
  EnumType: "type",
  JsonObject: "type",
  JsonOptions: "type",
  JsonReader: "type",
  JsonValue: "type",
  JsonWriter: "type",
  MessageParts: "type",
  MessageType: "type",
  Reader: "type",
  Violation: "type",
  Writer: "type",
  emptyType: "value",
  enumType: "value",
  messageType: "value",
  notAMember: "value",
  setMember: "value",
} as const satisfies Record<string, SymbolKind>);

/** A name that generated code may import. */
export type SymbolName = keyof typeof symbols;
