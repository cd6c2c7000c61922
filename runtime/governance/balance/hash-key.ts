import type { RoutedCall } from "../routed-call.ts";
import type { HashKey } from "./hash.ts";

/** Gives the key of a call; undefined when it has none. */
export type HashKeyOf = (call: RoutedCall) => HashKey | undefined;

/** The field of the request that `@hashKey` names in the schema. */
export function schemaKey(call: RoutedCall): HashKey | undefined {
  const path = call.method.policy.hashKey;
  if (path === undefined) return undefined;
  let value: unknown = call.message;
  for (const name of path.split(".")) value = memberOf(value, name);
  return isHashKey(value) ? value : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const members = value as Readonly<Record<string, unknown>>;
  return members[name] ?? members[name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase())];
}

function isHashKey(value: unknown): value is HashKey {
  return ["string", "number", "bigint", "boolean"].includes(typeof value) || value instanceof Uint8Array;
}
