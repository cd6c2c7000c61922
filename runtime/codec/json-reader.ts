import type { RpcError } from "../errors/rpc-error.ts";
import { wireLimits } from "../wire/limits.ts";
import { describeValue, malformed } from "../wire/malformed.ts";
import { isWellFormed } from "../wire/utf8.ts";
import { bytesFromBase64 } from "./base64.ts";
import type { JsonOptions } from "./json-options.ts";
import type { JsonValue } from "./message-type.ts";

const integerPattern = /^-?[0-9]{1,20}$/;
const numberPattern = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const longestNumber = 400;

/** Turns JSON values into values of the schema, strictly, and knows the path for error messages. */
export class JsonReader {
  readonly options: JsonOptions;
  private readonly typeName: string;
  private readonly objects: { readonly [key: string]: JsonValue }[];
  private readonly path: string[];
  private nesting: number;

  /** @param typeName names the outermost message in errors */
  constructor(typeName: string, options: JsonOptions = {}) {
    this.typeName = typeName;
    this.options = options;
    this.objects = [];
    this.path = [];
    this.nesting = 0;
  }

  /** The error for the value at the current path. */
  fail(message: string): RpcError {
    const path = this.path.join("").replace(/^\./, "");
    return malformed(`${this.typeName}${path === "" ? "" : ` at ${path}`}: ${message}`);
  }

  private expected(what: string, found: JsonValue): RpcError {
    return this.fail(`expected ${what}, found ${describeValue(found)}`);
  }

  /** Enters an object and returns its keys; {@link close} leaves it. */
  open(json: JsonValue): readonly string[] {
    if (typeof json !== "object" || json === null || Array.isArray(json)) throw this.expected("an object", json);
    this.enter();
    this.objects.push(json);
    this.path.push("");
    return Object.keys(json);
  }

  close(): void {
    this.objects.pop();
    this.path.pop();
    this.nesting--;
  }

  /** Counts a level of nesting. */
  enter(): void {
    if (this.nesting > wireLimits.maxDepth) throw this.fail(`nested deeper than ${wireLimits.maxDepth}`);
    this.nesting++;
  }

  /** Leaves a level of nesting. */
  leave(): void {
    this.nesting--;
  }

  /** The member `key` of the object that is open; errors name it from here on. */
  item(key: string): JsonValue {
    const last = this.objects.length - 1;
    this.path[last] = `.${key}`;
    return this.objects[last]![key]!;
  }

  /** Refuses a field that the schema does not have, unless the options say otherwise. */
  unknown(key: string): void {
    if (this.options.ignoreUnknown === true) return;
    this.path[this.path.length - 1] = "";
    throw this.fail(`unknown field ${describeValue(key)}`);
  }

  /** Steps over the member `key`, which is `null`: absent when the schema has it, refused as any other when it does not. */
  absent(key: string, ...known: readonly string[]): void {
    if (!known.includes(key)) this.unknown(key);
  }

  /** Refuses an object that holds one field under both of its names. */
  single(jsonName: string, name: string): void {
    const object = this.objects.at(-1)!;
    if (!Object.hasOwn(object, jsonName) || !Object.hasOwn(object, name)) return;
    throw this.fail(
      `the field stands here twice, as ${describeValue(jsonName)} and as ${describeValue(name)}; keep one`,
    );
  }

  /** The elements of an array; errors name the index of the one at hand. */
  *list(json: JsonValue): Iterable<JsonValue> {
    if (!Array.isArray(json)) throw this.expected("an array", json);
    const last = this.path.push("") - 1;
    this.objects.push({});
    for (let index = 0; index < json.length; index++) {
      this.path[last] = `[${index}]`;
      yield json[index]!;
    }
    this.objects.pop();
    this.path.pop();
  }

  /** Keys and values of an object that stands for a map; errors name the key at hand. */
  *map(json: JsonValue): Iterable<readonly [key: string, item: JsonValue]> {
    for (const key of this.open(json)) {
      const item = this.item(key);
      this.path[this.path.length - 1] = `[${JSON.stringify(key)}]`;
      yield [key, item];
    }
    this.close();
  }

  /** An object without members: what a case without a value is. */
  empty(json: JsonValue): void {
    for (const key of this.open(json)) this.unknown(key);
    this.close();
  }

  bool(json: JsonValue): boolean {
    if (typeof json !== "boolean") throw this.expected("true or false", json);
    return json;
  }

  /** A map key, which JSON always writes as a string. */
  boolKey(key: string): boolean {
    if (key !== "true" && key !== "false") throw this.expected('"true" or "false"', key);
    return key === "true";
  }

  private number(json: JsonValue): number {
    if (typeof json === "number") return json;
    if (typeof json === "string" && json.length <= longestNumber && numberPattern.test(json)) return Number(json);
    throw this.expected("a number", json);
  }

  int32(json: JsonValue): number {
    const value = this.number(json);
    if ((value | 0) !== value) throw this.expected("an integer of 32 bits", json);
    return value | 0;
  }

  uint32(json: JsonValue): number {
    const value = this.number(json);
    if (value >>> 0 !== value) throw this.expected("an unsigned integer of 32 bits", json);
    return value >>> 0;
  }

  /** 64-bit integers come as strings; numbers are taken when they are exact. */
  private bigint(json: JsonValue): bigint {
    if (typeof json === "string" && integerPattern.test(json)) return BigInt(json);
    const value = this.number(json);
    if (!Number.isSafeInteger(value)) {
      throw this.expected("a 64-bit integer, written as a string beyond 2^53", json);
    }
    return BigInt(value);
  }

  int64(json: JsonValue): bigint {
    const value = this.bigint(json);
    if (BigInt.asIntN(64, value) !== value) throw this.expected("an integer of 64 bits", json);
    return value;
  }

  uint64(json: JsonValue): bigint {
    const value = this.bigint(json);
    if (BigInt.asUintN(64, value) !== value) throw this.expected("an unsigned integer of 64 bits", json);
    return value;
  }

  int53(json: JsonValue): number {
    const value = this.number(json);
    if (!Number.isSafeInteger(value)) throw this.expected("an integer within 2^53", json);
    return value + 0;
  }

  uint53(json: JsonValue): number {
    const value = this.int53(json);
    if (value < 0) throw this.expected("an unsigned integer below 2^53", json);
    return value;
  }

  /** A number, or one of the strings that stand for numbers JSON cannot write. */
  double(json: JsonValue): number {
    if (json === "NaN" || json === "Infinity" || json === "-Infinity") return Number(json);
    const value = this.number(json);
    if (!Number.isFinite(value)) throw this.expected("a finite number", json);
    return value;
  }

  float(json: JsonValue): number {
    const value = this.double(json);
    if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) throw this.expected("a 32-bit float", json);
    return value;
  }

  string(json: JsonValue): string {
    if (typeof json !== "string") throw this.expected("a string", json);
    if (!isWellFormed(json)) throw this.fail("a string holds a lone surrogate");
    return json;
  }

  /** Base64, of either alphabet. */
  bytes(json: JsonValue): Uint8Array {
    const bytes = typeof json === "string" ? bytesFromBase64(json) : undefined;
    if (bytes === undefined) throw this.expected("base64", json);
    return bytes;
  }

  /** An enum member by its name or number; `undefined` when it is unknown and the options ask to skip such. */
  enum<E>(
    json: JsonValue,
    fromName: (name: string) => E | undefined,
    fromNumber: (number: number) => E | undefined,
  ): E | undefined {
    const member = typeof json === "string" ? fromName(json) : fromNumber(this.int32(json));
    if (member === undefined && this.options.ignoreUnknown !== true) throw this.expected("a member of the enum", json);
    return member;
  }

  /** Refuses a second member of one oneof. */
  once(earlier: unknown): void {
    if (earlier !== undefined) throw this.fail("another member of the same oneof is already set");
  }
}
