import type { RpcError } from "../errors/rpc-error.ts";
import { describeValue } from "../errors/wrong-value.ts";
import { wireLimits } from "../wire/limits.ts";
import { malformed } from "../wire/malformed.ts";
import { isWellFormed } from "../wire/utf8.ts";
import { base64FromBytes } from "./base64.ts";
import { checkElements } from "./json-elements.ts";
import type { JsonOptions } from "./json-options.ts";
import type { JsonValue } from "./message-type.ts";

/** An object that is being filled. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Turns values of the schema into JSON values, with the same checks and limits as the binary writer. */
export class JsonWriter {
  readonly options: JsonOptions;
  private readonly typeName: string;
  private depth: number;
  private elements: number;

  /** @param typeName names the outermost message in errors */
  constructor(typeName: string, options: JsonOptions = {}) {
    this.typeName = typeName;
    this.options = options;
    this.depth = 0;
    this.elements = 0;
  }

  /** The error for a value that the schema excludes. */
  fail(message: string): RpcError {
    return malformed(`${this.typeName}: ${message}`);
  }

  private expected(what: string, found: unknown): RpcError {
    return this.fail(`expected ${what}, found ${describeValue(found)}`);
  }

  /** Enters a message; {@link close} leaves it. */
  open(value: unknown): void {
    if (typeof value !== "object" || value === null) throw this.expected("an object", value);
    this.enter();
  }

  /** Counts a level of nesting. */
  enter(): void {
    if (this.depth > wireLimits.maxDepth) throw this.fail(`nested deeper than ${wireLimits.maxDepth}`);
    this.depth++;
  }

  close(): void {
    this.depth--;
  }

  /** What is written of a `@sensitive` field. */
  sensitive(value: JsonValue): JsonValue {
    return this.options.redact ?? value;
  }

  /** True for bytes, a list or a map without content. What is none of them is not empty, so that it gets to be refused. */
  isEmpty(value: { readonly length: number } | { readonly size: number }): boolean {
    return value instanceof Map ? value.size === 0 : (value as { readonly length: number } | null)?.length === 0;
  }

  /** Checks that `values` is an array of an allowed length, and returns it. */
  list<T>(values: readonly T[]): readonly T[] {
    if (!Array.isArray(values)) throw this.expected("an array", values);
    checkElements((this.elements += values.length), this);
    return values;
  }

  /** Checks that `entries` is a Map of an allowed size, and returns it. */
  map<K, V>(entries: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
    if (!(entries instanceof Map)) throw this.expected("a Map", entries);
    checkElements((this.elements += entries.size), this);
    return entries;
  }

  /** A member's name, or the number of an unknown member of an open enum. */
  enum(value: string | number): string | number {
    return typeof value === "number" ? this.int32(value) : value;
  }

  bool(value: boolean): boolean {
    if (typeof value !== "boolean") throw this.expected("a boolean", value);
    return value;
  }

  int32(value: number): number {
    if ((value | 0) !== value) throw this.expected("an integer of 32 bits", value);
    return value;
  }

  uint32(value: number): number {
    if (value >>> 0 !== value) throw this.expected("an unsigned integer of 32 bits", value);
    return value;
  }

  /** 64-bit integers are strings in JSON. */
  int64(value: bigint): string {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value)
      throw this.expected("a bigint of 64 bits", value);
    return value.toString();
  }

  uint64(value: bigint): string {
    if (typeof value !== "bigint" || BigInt.asUintN(64, value) !== value) {
      throw this.expected("an unsigned bigint of 64 bits", value);
    }
    return value.toString();
  }

  int53(value: number): string {
    if (!Number.isSafeInteger(value)) throw this.expected("an integer within 2^53", value);
    return String(value);
  }

  uint53(value: number): string {
    if (!Number.isSafeInteger(value) || value < 0) throw this.expected("an unsigned integer below 2^53", value);
    return String(value);
  }

  /** `NaN` and the infinities are strings in JSON. */
  double(value: number): number | string {
    if (typeof value !== "number") throw this.expected("a number", value);
    return Number.isFinite(value) ? value : String(value);
  }

  float(value: number): number | string {
    const json = this.double(value);
    return typeof json === "number" && !Number.isFinite(Math.fround(json)) ? String(Math.fround(json)) : json;
  }

  string(value: string): string {
    if (typeof value !== "string") throw this.expected("a string", value);
    if (!isWellFormed(value)) throw this.fail("a string holds a lone surrogate; pass well-formed text");
    return value;
  }

  /** Base64. */
  bytes(value: Uint8Array): string {
    if (!(value instanceof Uint8Array)) throw this.expected("a Uint8Array", value);
    return base64FromBytes(value);
  }
}

/** Sets an own member whatever its name: a plain assignment to `__proto__` would change the prototype instead. */
export function setMember(object: JsonObject, key: string, value: JsonValue): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
