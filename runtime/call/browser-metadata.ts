import { fault } from "../errors/fault.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { MetadataEntry, MetadataInit } from "./metadata.ts";
import { maxKeyBytes, maxMetadataEntries, maxTotalBytes, maxValueBytes } from "./metadata-limits.ts";
import type { Metadata } from "./method-type.ts";

export type { MetadataEntry, MetadataInit } from "./metadata.ts";

// Takes the place of `metadata.ts` in bundles for a browser: the same rules without the short ways for short pairs.

/** @throws RpcError `invalid_argument` for a bad key or value, `resource_exhausted` beyond a limit */
export function metadata(init: MetadataInit = []): Metadata {
  const entries = metadataEntries(init);
  const made = lazyMetadata(() => entries);
  checked.set(made, entries);
  return made;
}

/** Metadata that need not be checked again. */
const checked = /* @__PURE__ */ new WeakMap<object, readonly MetadataEntry[]>();

/** Metadata over entries that were checked before, decoded on first use. */
export function lazyMetadata(read: () => readonly MetadataEntry[]): Metadata {
  let found: readonly MetadataEntry[] | undefined;
  const entries = (): readonly MetadataEntry[] => (found ??= read());
  const getAll = (key: string): readonly string[] =>
    entries().flatMap(([name, value]) => (name === key ? [value] : []));
  return {
    get size() {
      return entries().length;
    },
    get: (key) => getAll(key)[0],
    getAll,
    has: (key) => getAll(key).length > 0,
    [Symbol.iterator]: () => entries()[Symbol.iterator](),
  };
}

/** Checked entries. */
export function metadataEntries(init: MetadataInit): readonly MetadataEntry[] {
  if (typeof init !== "object" || init === null) throw wrongKind("Metadata", "an object of strings, or pairs", init);
  const known = checked.get(init);
  if (known !== undefined) return known;
  const pairs = Symbol.iterator in init ? [...(init as Iterable<MetadataEntry>)] : Object.entries(init);
  checkLimit("entries", pairs.length, maxMetadataEntries);
  let total = 0;
  for (const [key, value] of pairs) total += checkEntry(key, value);
  checkLimit("bytes", total, maxTotalBytes);
  return pairs;
}

const utf8 = /* @__PURE__ */ new TextEncoder();

/** Checks one entry and returns its size in bytes. */
export function checkEntry(key: string, value: string): number {
  const name = JSON.stringify(typeof key === "string" ? key.slice(0, 64) : key);
  if (typeof key !== "string" || !/^[a-z0-9._-]+$/.test(key)) {
    throw invalid(`The metadata key ${name} is not allowed; use 1 to 128 of a-z, 0-9, ".", "_" and "-".`);
  }
  if (typeof value !== "string") {
    throw wrongKind(`The metadata value of ${name}`, "a string", value);
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(value)) {
    throw invalid(`The metadata value of ${name} has a control character or half a surrogate pair; encode it first.`);
  }
  const { length } = utf8.encode(value);
  checkLimit(`bytes in the key ${name}`, key.length, maxKeyBytes);
  checkLimit(`bytes in the value of ${name}`, length, maxValueBytes);
  return key.length + length;
}

function checkLimit(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  throw fault("limit_exceeded", `Metadata has ${found} ${what}; at most ${limit} are allowed.`);
}

/** Names the kind alone: the value may be a secret. */
function wrongKind(what: string, expected: string, found: unknown): RpcError {
  return invalid(`${what} is ${found === null ? "null" : typeof found}; expected ${expected}.`);
}

function invalid(message: string): RpcError {
  return fault("malformed_message", message);
}
