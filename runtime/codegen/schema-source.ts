import type { FileDescriptor } from "../descriptor/descriptor.ts";

/** The schema that a generated module was made from, kept as text until somebody asks. */
export interface SchemaSource {
  /** The descriptor of the schema file; parsed on the first call. */
  descriptor(): FileDescriptor;
}

/** Wraps the JSON text of a descriptor. */
export function schemaSource(json: string): SchemaSource {
  let parsed: FileDescriptor | undefined;
  return Object.freeze({
    descriptor: (): FileDescriptor => (parsed ??= deepFreeze(JSON.parse(json) as FileDescriptor)),
  });
}

/** Callers share one descriptor, so none of them may change it. */
function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
