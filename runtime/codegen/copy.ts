import type { Any, AnyInit } from "../codec/any.ts";

/** A new array with the items, each passed through `create` if there is one; empty for `undefined`. */
export function copyList<T>(items: Iterable<T> | undefined): T[];
export function copyList<T, U>(items: Iterable<T> | undefined, create: (item: T) => U): U[];
export function copyList<T>(items: Iterable<T> | undefined, create?: (item: T) => unknown): unknown[] {
  if (items === undefined) return [];
  return create === undefined ? [...items] : Array.from(items, (item) => create(item));
}

/** A new map with the entries, each value passed through `create` if there is one; empty for `undefined`. */
export function copyMap<K, V>(entries: Iterable<readonly [K, V]> | undefined): Map<K, V>;
export function copyMap<K, V, U>(entries: Iterable<readonly [K, V]> | undefined, create: (value: V) => U): Map<K, U>;
export function copyMap<K, V>(
  entries: Iterable<readonly [K, V]> | undefined,
  create?: (value: V) => unknown,
): Map<K, unknown> {
  const copy = new Map<K, unknown>();
  for (const [key, value] of entries ?? []) copy.set(key, create === undefined ? value : create(value));
  return copy;
}

/** A complete `any`. */
export function createAny(init: AnyInit = {}): Any {
  return { typeUrl: init.typeUrl ?? "", value: init.value ?? new Uint8Array(0) };
}
