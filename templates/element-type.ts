import type { BuiltinType, Reference, ScalarType } from "@rpcgen/runtime/descriptor";

/** A type that is one value: everything but lists and maps. */
export type ElementType = ScalarType | BuiltinType | Reference;
