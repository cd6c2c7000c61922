import { describeValue } from "../errors/wrong-value.ts";
import { wireLimits } from "./limits.ts";
import { malformed } from "./malformed.ts";
import { encodeLongUtf8 } from "./utf8.ts";

const firstBytes = 1024;
/** Memory is kept for the next message up to this many bytes. */
const largestKept = 256 * 1024;

/**
 * Takes the place of `writer.ts` in bundles for a browser: the same writer, a third as long. Each message has memory of its own: a `buffer` that
 * several of them share could be transferred or sent to another window as a whole.
 */
export class Writer {
  /** The buffer; only `[start, pos)` has been written. */
  buffer: Uint8Array;
  readonly start: number;
  pos: number;
  private view: DataView;
  private depth: number;
  private elements: number;
  private key: number;
  private readonly path: number[];

  constructor(capacity: number = firstBytes) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
    this.start = 0;
    this.pos = 0;
    this.depth = 0;
    this.elements = 0;
    this.key = 0;
    this.path = [];
  }

  reset(): void {
    if (this.buffer.length > largestKept) this.move(firstBytes);
    this.pos = 0;
    this.depth = 0;
    this.elements = 0;
    this.key = 0;
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.pos);
  }

  fieldPath(): readonly number[] {
    if (this.key === 0) return [];
    return [...this.path.slice(0, this.depth), this.key].map((key) => key >>> 3);
  }

  reserve(count: number): void {
    const needed = this.pos + count;
    if (needed <= this.buffer.length) return;
    const { buffer } = this;
    this.move(Math.max(needed, buffer.length * 2));
    this.buffer.set(buffer.subarray(0, this.pos));
  }

  private move(size: number): void {
    this.buffer = new Uint8Array(size);
    this.view = new DataView(this.buffer.buffer);
  }

  private check(isRight: boolean, what: string, found: unknown): void {
    if (!isRight) throw malformed(`expected ${what}, found ${describeValue(found)}`);
  }

  private checkInt32(value: number): void {
    this.check((value | 0) === value, "an integer of 32 bits", value);
  }

  private checkUint32(value: number): void {
    this.check(value >>> 0 === value, "an unsigned integer of 32 bits", value);
  }

  private checkInt64(value: bigint): void {
    this.check(typeof value === "bigint" && BigInt.asIntN(64, value) === value, "a bigint of 64 bits", value);
  }

  private checkUint64(value: bigint): void {
    this.check(
      typeof value === "bigint" && BigInt.asUintN(64, value) === value,
      "an unsigned bigint of 64 bits",
      value,
    );
  }

  private checkNumber(value: number): void {
    this.check(typeof value === "number", "a number", value);
  }

  /** Makes room and steps over it. @returns where it begins */
  private step(count: number): number {
    this.reserve(count);
    const start = this.pos;
    this.pos += count;
    return start;
  }

  /** In two steps: making room changes the buffer. */
  private put(byte: number): void {
    const at = this.step(1);
    this.buffer[at] = byte;
  }

  tag(key: number): void {
    this.key = key;
    this.varint(key);
  }

  /** The key of a value; a value in a packed list has none, which 0 stands for. */
  private open(key: number): void {
    if (key > 0) this.tag(key);
  }

  /** An unsigned integer of 32 bits. */
  private varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.put(rest | 0x80);
    this.put(rest);
  }

  private big(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) this.put(Number(rest & 0x7fn) | 0x80);
    this.put(Number(rest));
  }

  bool(key: number, value: boolean): void {
    this.open(key);
    this.check(typeof value === "boolean", "a boolean", value);
    this.put(value ? 1 : 0);
  }

  int32(key: number, value: number): void {
    this.open(key);
    this.checkInt32(value);
    this.int53(0, value);
  }

  uint32(key: number, value: number): void {
    this.open(key);
    this.checkUint32(value);
    this.varint(value);
  }

  sint32(key: number, value: number): void {
    this.open(key);
    this.checkInt32(value);
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  fixed32(key: number, value: number): void {
    this.open(key);
    this.checkUint32(value);
    const at = this.step(4);
    this.view.setUint32(at, value, true);
  }

  sfixed32(key: number, value: number): void {
    this.open(key);
    this.checkInt32(value);
    const at = this.step(4);
    this.view.setInt32(at, value, true);
  }

  int64(key: number, value: bigint): void {
    this.open(key);
    this.checkInt64(value);
    this.big(value);
  }

  uint64(key: number, value: bigint): void {
    this.open(key);
    this.checkUint64(value);
    this.big(value);
  }

  sint64(key: number, value: bigint): void {
    this.open(key);
    this.checkInt64(value);
    this.big((value << 1n) ^ (value >> 63n));
  }

  fixed64(key: number, value: bigint): void {
    this.open(key);
    this.checkUint64(value);
    const at = this.step(8);
    this.view.setBigUint64(at, value, true);
  }

  sfixed64(key: number, value: bigint): void {
    this.open(key);
    this.checkInt64(value);
    const at = this.step(8);
    this.view.setBigInt64(at, value, true);
  }

  int53(key: number, value: number): void {
    this.open(key);
    this.check(Number.isSafeInteger(value), "an integer within 2^53", value);
    if (value >>> 0 === value) this.varint(value);
    else this.big(BigInt(value));
  }

  uint53(key: number, value: number): void {
    this.open(key);
    this.check(Number.isSafeInteger(value) && value >= 0, "an unsigned integer below 2^53", value);
    this.int53(0, value);
  }

  float(key: number, value: number): void {
    this.open(key);
    this.checkNumber(value);
    const at = this.step(4);
    this.view.setFloat32(at, value, true);
  }

  double(key: number, value: number): void {
    this.open(key);
    this.checkNumber(value);
    const at = this.step(8);
    this.view.setFloat64(at, value, true);
  }

  string(key: number, value: string): void {
    this.open(key);
    this.check(typeof value === "string", "a string", value);
    this.reserve(value.length * 3 + 1);
    const end = encodeLongUtf8(value, this.buffer, this.pos + 1);
    const content = ++this.pos;
    this.pos = end;
    this.prefix(content);
  }

  bytes(key: number, value: Uint8Array): void {
    this.open(key);
    this.check(value instanceof Uint8Array, "a Uint8Array", value);
    this.varint(value.length);
    const start = this.step(value.length);
    this.buffer.set(value, start);
  }

  begin(key: number, value?: unknown): number {
    this.open(key);
    this.check(arguments.length === 1 || (typeof value === "object" && value !== null), "an object", value);
    if (this.depth >= wireLimits.maxDepth) throw malformed(`messages are nested deeper than ${wireLimits.maxDepth}`);
    this.count(1);
    this.path[this.depth++] = key;
    return this.step(1) + 1;
  }

  end(mark: number): void {
    this.key = this.path[--this.depth] as number;
    this.prefix(mark);
  }

  /** Writes the length of `[content, pos)` in front of it, where one byte is kept for it: a longer one moves the content. */
  private prefix(content: number): void {
    const length = this.pos - content;
    let size = 0;
    for (let rest = length; rest > 0x7f; rest >>>= 7) size++;
    this.reserve(size);
    this.buffer.copyWithin(content + size, content, this.pos);
    this.pos = content - 1;
    this.varint(length);
    this.pos += length;
  }

  private count(elements: number): void {
    this.elements += elements;
    if (this.elements > wireLimits.maxElements)
      throw malformed(`a message holds more than ${wireLimits.maxElements} values`);
  }

  isEmpty(value: { readonly length: number }): boolean {
    return value?.length === 0;
  }

  converted<T, Wire>(values: readonly T[], convert: (value: T) => Wire): Wire[] {
    this.check(Array.isArray(values), "an array", values);
    return values.map((value) => convert(value));
  }

  list<T>(values: readonly T[]): readonly T[] {
    this.itemsOf(values);
    return values;
  }

  private itemsOf(values: readonly unknown[]): number {
    this.check(Array.isArray(values), "an array", values);
    const { length } = values;
    this.count(length);
    return length;
  }

  map<K, V>(entries: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
    this.check(entries instanceof Map, "a Map", entries);
    return entries;
  }

  /** The length is read only once: a proxy might give another one the next time. */
  private packed<T>(values: readonly T[], write: (key: number, value: T) => void): void {
    const count = this.itemsOf(values);
    const content = this.step(1) + 1;
    for (let index = 0; index < count; index++) write.call(this, 0, values[index] as T);
    this.prefix(content);
  }

  packedBool(values: readonly boolean[]): void {
    this.packed(values, this.bool);
  }

  packedInt32(values: readonly number[]): void {
    this.packed(values, this.int32);
  }

  packedUint32(values: readonly number[]): void {
    this.packed(values, this.uint32);
  }

  packedSint32(values: readonly number[]): void {
    this.packed(values, this.sint32);
  }

  packedFixed32(values: readonly number[]): void {
    this.packed(values, this.fixed32);
  }

  packedSfixed32(values: readonly number[]): void {
    this.packed(values, this.sfixed32);
  }

  packedInt64(values: readonly bigint[]): void {
    this.packed(values, this.int64);
  }

  packedUint64(values: readonly bigint[]): void {
    this.packed(values, this.uint64);
  }

  packedSint64(values: readonly bigint[]): void {
    this.packed(values, this.sint64);
  }

  packedFixed64(values: readonly bigint[]): void {
    this.packed(values, this.fixed64);
  }

  packedSfixed64(values: readonly bigint[]): void {
    this.packed(values, this.sfixed64);
  }

  packedInt53(values: readonly number[]): void {
    this.packed(values, this.int53);
  }

  packedUint53(values: readonly number[]): void {
    this.packed(values, this.uint53);
  }

  packedFloat(values: readonly number[]): void {
    this.packed(values, this.float);
  }

  packedDouble(values: readonly number[]): void {
    this.packed(values, this.double);
  }
}
