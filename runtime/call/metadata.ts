import { showAs } from "../environment/shown.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { maxKeyBytes, maxMetadataEntries, maxTotalBytes, maxValueBytes } from "./metadata-limits.ts";
import type { Metadata } from "./method-type.ts";

/** A key and its value. */
export type MetadataEntry = readonly [key: string, value: string];

/** What {@link metadata} takes: an object, pairs (a `Map` too), or other metadata. */
export type MetadataInit = Readonly<Record<string, string>> | Iterable<MetadataEntry>;

/**
 * Makes metadata to send. Keys are `[a-z0-9._-]`, 1 to 128 characters; values are text without control characters, up to 8 KiB;
 * at most 64 entries and 16 KiB together.
 * @throws RpcError `invalid_argument` for a bad key or value, `resource_exhausted` beyond a limit
 */
export function metadata(init: MetadataInit = []): Metadata {
  return new MetadataList(metadataEntries(init));
}

/** Metadata over entries that were checked before, decoded on first use. */
export function lazyMetadata(read: () => readonly MetadataEntry[]): Metadata {
  return new LazyMetadata(read);
}

/** Checked entries; the same array again when there is nothing to check. */
export function metadataEntries(init: MetadataInit): readonly MetadataEntry[] {
  if (init instanceof MetadataList) return init.entries;
  if (typeof init !== "object" || init === null) throw wrongKind("Metadata", "an object of strings, or pairs", init);
  const pairs = Symbol.iterator in init ? [...(init as Iterable<MetadataEntry>)] : Object.entries(init);
  checkLimit("entries", pairs.length, maxMetadataEntries);
  let total = 0;
  for (const pair of pairs) total += checkEntry(pair[0], pair[1]);
  checkLimit("bytes", total, maxTotalBytes);
  return pairs;
}

const utf8 = /* @__PURE__ */ new TextEncoder();

/** Checks one entry and returns its size in bytes. */
export function checkEntry(key: string, value: string): number {
  return isPlainEntry(key, value) ? key.length + value.length : checkRareEntry(key, value);
}

/** Up to this many characters a loop beats regular expressions (bench `calls`, rpcgen full). */
const shortText = 128;

/** True for a short entry of ASCII that is allowed: nearly all are. */
function isPlainEntry(key: string, value: string): boolean {
  if (typeof key !== "string" || typeof value !== "string") return false;
  const { length } = key;
  if (length === 0 || length > maxKeyBytes || value.length > shortText) return false;
  for (let index = 0; index < length; index++) if (!isKeyCharacter(key.charCodeAt(index))) return false;
  for (let index = 0; index < value.length; index++) {
    const unit = value.charCodeAt(index);
    if (unit < 0x20 || unit > 0x7e) return false;
  }
  return true;
}

/** True for `[a-z0-9._-]`. */
function isKeyCharacter(unit: number): boolean {
  return (
    (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2e || unit === 0x5f
  );
}

function checkRareEntry(key: string, value: string): number {
  if (typeof key !== "string" || !/^[a-z0-9._-]+$/.test(key)) {
    throw invalid(`The metadata key ${quote(key)} is not allowed; use 1 to 128 of a-z, 0-9, ".", "_" and "-".`);
  }
  if (typeof value !== "string") {
    throw wrongKind(`The metadata value of "${key}"`, "a string", value);
  }
  if (/[\p{Cc}\p{Surrogate}]/u.test(value)) {
    throw invalid(`The metadata value of "${key}" has a control character or half a surrogate pair; encode it first.`);
  }
  const valueBytes = utf8.encode(value).length;
  checkLimit(`bytes in the key ${quote(key)}`, key.length, maxKeyBytes);
  checkLimit(`bytes in the value of "${key}"`, valueBytes, maxValueBytes);
  return key.length + valueBytes;
}

function checkLimit(what: string, found: number, limit: number): void {
  if (found <= limit) return;
  throw new RpcError({
    reason: "limit_exceeded",
    message: `Metadata has ${found} ${what}; at most ${limit} are allowed.`,
  });
}

/** Names the kind alone: the value may be a secret. */
function wrongKind(what: string, expected: string, found: unknown): RpcError {
  return invalid(`${what} is ${found === null ? "null" : typeof found}; expected ${expected}.`);
}

function invalid(message: string): RpcError {
  return new RpcError({ reason: "malformed_message", message });
}

function quote(key: unknown): string {
  return JSON.stringify(typeof key === "string" ? key.slice(0, 64) : String(key));
}

const secretName = /authorization|cookie|token|secret|password|credential|api-?key/;

/** True for keys whose values are nobody's business but the peer's: they are neither printed nor logged. */
export function isSecretKey(key: string): boolean {
  return secretName.test(key);
}

function printable(entries: Iterable<MetadataEntry>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...entries].map(([key, value]) => [key, isSecretKey(key) ? "(hidden)" : value.slice(0, 80)]),
  );
}

/** Few entries: a scan is faster than a map, and repeated keys keep their order. */
class MetadataList implements Metadata {
  static {
    showAs(this, "Metadata", printable);
  }

  readonly entries: readonly MetadataEntry[];

  constructor(entries: readonly MetadataEntry[]) {
    this.entries = entries;
  }

  get size(): number {
    return this.entries.length;
  }

  get(key: string): string | undefined {
    return this.entries.find((entry) => entry[0] === key)?.[1];
  }

  getAll(key: string): readonly string[] {
    return this.entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  has(key: string): boolean {
    return this.entries.some((entry) => entry[0] === key);
  }

  [Symbol.iterator](): Iterator<MetadataEntry> {
    return this.entries[Symbol.iterator]();
  }
}

class LazyMetadata implements Metadata {
  static {
    showAs(this, "Metadata", printable);
  }

  private readonly read: () => readonly MetadataEntry[];
  private list: MetadataList | undefined;

  constructor(read: () => readonly MetadataEntry[]) {
    this.read = read;
    this.list = undefined;
  }

  private get entries(): MetadataList {
    return (this.list ??= new MetadataList(this.read()));
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: string): string | undefined {
    return this.entries.get(key);
  }

  getAll(key: string): readonly string[] {
    return this.entries.getAll(key);
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  [Symbol.iterator](): Iterator<MetadataEntry> {
    return this.entries[Symbol.iterator]();
  }
}
