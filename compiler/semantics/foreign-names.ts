const builtins: ReadonlyMap<string, string> = new Map([
  ...["int", "Int", "integer", "Integer", "i32", "int16", "int8", "short"].map((name) => [name, "int32"] as const),
  ...["uint", "u32", "uint16", "uint8", "byte", "u8"].map((name) => [name, "uint32"] as const),
  ...["long", "Long", "i64", "bigint", "BigInt"].map((name) => [name, "int64"] as const),
  ...["number", "Number", "f64", "float64", "decimal", "real"].map((name) => [name, "double"] as const),
  ...["f32", "float32"].map((name) => [name, "float"] as const),
  ...["boolean", "Boolean", "Bool"].map((name) => [name, "bool"] as const),
  ...["String", "str", "text", "char", "varchar"].map((name) => [name, "string"] as const),
  ...["binary", "Buffer", "Uint8Array", "blob"].map((name) => [name, "bytes"] as const),
  ...["Date", "date", "datetime", "DateTime", "Timestamp", "time"].map((name) => [name, "timestamp"] as const),
  ...["object", "unknown", "Json", "JSON", "Struct"].map((name) => [name, "json"] as const),
  ...["UUID", "Uuid", "guid", "Guid"].map((name) => [name, "uuid"] as const),
]);

/** The built-in type that a name of another language means: `int` -> `int32`, `boolean` -> `bool`. */
export function builtinForForeignName(name: string): string | undefined {
  return builtins.get(name);
}
