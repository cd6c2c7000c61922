import type { AnyInit } from "../codec/any.ts";
import type { JsonValue } from "../codec/message-type.ts";

type Equals<T> = (a: T, b: T) => boolean;

/** Equality of what may be absent: absent equals absent only. */
export function equalOptional<T>(a: T | undefined, b: T | undefined, equals: Equals<T>): boolean {
  return a === undefined || b === undefined ? a === b : equals(a, b);
}

/** Equality of numbers where NaN equals NaN and 0 equals -0. */
export function equalNumbers(a: number | undefined, b: number | undefined): boolean {
  return a === b || (a !== a && b !== b);
}

/** Equality of points in time. */
export function equalTimes(a: Date, b: Date): boolean {
  return equalNumbers(a.getTime(), b.getTime());
}

/** Equality of bytes. */
export function equalBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return equalLists(a, b);
}

/** Equality of lists, item by item; absent equals empty. */
export function equalLists<T>(a: ArrayLike<T> | undefined, b: ArrayLike<T> | undefined, equals?: Equals<T>): boolean {
  const length = a?.length ?? 0;
  if (length !== (b?.length ?? 0)) return false;
  if (a === undefined || b === undefined) return true;
  for (let index = 0; index < length; index++) {
    const left = a[index] as T;
    const right = b[index] as T;
    if (equals === undefined ? left !== right : !equals(left, right)) return false;
  }
  return true;
}

/** Equality of maps whatever the order of their entries; absent equals empty. */
export function equalMaps<K, V>(
  a: ReadonlyMap<K, V> | undefined,
  b: ReadonlyMap<K, V> | undefined,
  equals?: Equals<V>,
): boolean {
  if ((a?.size ?? 0) !== (b?.size ?? 0)) return false;
  if (a === undefined || b === undefined) return true;
  for (const [key, left] of a) {
    if (!b.has(key)) return false;
    const right = b.get(key) as V;
    if (equals === undefined ? left !== right : !equals(left, right)) return false;
  }
  return true;
}

/** Equality of packed messages of any type: by type and bytes. */
export function equalAny(a: AnyInit, b: AnyInit): boolean {
  return (a.typeUrl ?? "") === (b.typeUrl ?? "") && equalLists(a.value, b.value);
}

/** Equality of JSON values whatever the order of their keys. Works through a list, so that depth costs no stack. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  const pairs: [JsonValue | undefined, JsonValue | undefined][] = [[a, b]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (!isContainer(left) || !isContainer(right)) {
      if (!Object.is(left, right)) return false;
      continue;
    }
    const keys = Object.keys(left);
    if (Array.isArray(left) !== Array.isArray(right) || keys.length !== Object.keys(right).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(right, key)) return false;
      pairs.push([left[key], right[key]]);
    }
  }
  return true;
}

function isContainer(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null;
}
