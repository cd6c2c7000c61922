/** What a name of `@rpcgen/runtime/codegen` is: only a type, or a value (which may be a type too). */
export type SymbolKind = "type" | "value";

/** Everything that generated code may import from `@rpcgen/runtime/codegen`. A test holds it equal to `index.ts`. */
export const symbols = Object.freeze({
  Brand: "type",
  Call: "type",
  CallContext: "type",
  CallOptions: "type",
  Code: "value",
  DeclaredError: "value",
  EnumParts: "type",
  EnumType: "type",
  ErrorType: "type",
  Invoker: "type",
  ItemStream: "type",
  Items: "type",
  JsonObject: "type",
  JsonOptions: "type",
  JsonReader: "type",
  JsonValue: "type",
  JsonWriter: "type",
  MaybePromise: "type",
  MessageParts: "type",
  MessageType: "type",
  MethodType: "type",
  Reader: "type",
  RpcError: "value",
  SchemaSource: "type",
  ServiceClient: "type",
  ServiceType: "type",
  Stub: "type",
  Violation: "type",
  Writer: "type",
  emptyType: "value",
  enumType: "value",
  isDeclaredError: "value",
  messageType: "value",
  methodType: "value",
  notAMember: "value",
  schemaSource: "value",
  serviceType: "value",
  setMember: "value",
} as const satisfies Record<string, SymbolKind>);

/** A name that generated code may import. */
export type SymbolName = keyof typeof symbols;
