import { takeMemory } from "../environment/memory.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { describeValue } from "../errors/wrong-value.ts";
import { lendMemory, smallestLent } from "./lent-memory.ts";
import { wireLimits } from "./limits.ts";
import { malformed } from "./malformed.ts";
import { createSlab, sharesSlabs, slabBytes } from "./memory.ts";
import { createMemory, type Memory, memoryOf } from "./plain-memory.ts";
import { encodeLongUtf8, encodeUtf8 } from "./utf8.ts";

const uint64Max = 0xffffffffffffffffn;
/** Up to this many UTF-16 units are encoded by a loop; their length always fits one byte. */
const shortText = 32;
/** Messages up to this many bytes share a slab; larger ones get memory of their own. */
const largestShared = 4 * 1024;
/** Memory for large messages is kept for the next one up to this many bytes. */
const largestKept = 256 * 1024;
/** A value of this many bytes is worth a buffer of its own: copying it twice would cost more. */
const largeBytes = 16 * 1024;
/** Behind large bytes, for the fields that follow. */
const spareBytes = 256;
const two32 = 0x1_0000_0000;

/**
 * Appends protobuf fields to a growing buffer. Every method checks its value before it writes it. Key and value are one call, with one
 * check for room: two calls took up to a seventh longer (bench codec: order, list).
 */
export class Writer {
  /** The buffer; only `[start, pos)` has been written. */
  buffer: Uint8Array;
  /** Where the message begins. */
  start: number;
  /** End of what has been written. */
  pos: number;
  private view: DataView;
  private depth: number;
  private elements: number;
  private key: number;
  private readonly path: number[];
  /** Where messages begin their life; those that stay small stay in it. */
  private slab: Memory;
  /** What the slab is of: to ask it takes a third as long as to write a tiny message (bench codec: tiny). */
  private slabBuffer: ArrayBufferLike;
  /** How much of the slab belongs to earlier messages, and is not written to again. */
  private taken: number;
  /** Where messages go that turn out to be large. */
  private scratch: Memory | undefined;
  /** The buffer was made to fit large bytes. */
  private isTailored: boolean;
  private readonly lends: boolean;

  /** @param capacity bytes to start with @param lends large messages lie in lent memory, which their user gives back */
  constructor(capacity: number = slabBytes, lends = false) {
    this.slab = createSlab(capacity);
    this.slabBuffer = this.slab.bytes.buffer;
    this.buffer = this.slab.bytes;
    this.start = 0;
    this.pos = 0;
    this.view = this.slab.view;
    this.depth = 0;
    this.elements = 0;
    this.key = 0;
    this.path = [];
    this.taken = 0;
    this.scratch = undefined;
    this.isTailored = false;
    this.lends = lends;
  }

  /** Begins another message; what was written since the last {@link finish} is forgotten. */
  reset(): void {
    const { slab, taken } = this;
    this.buffer = slab.bytes;
    this.view = slab.view;
    this.start = taken;
    this.pos = taken;
    this.isTailored = false;
    this.depth = 0;
    this.elements = 0;
    this.key = 0;
  }

  /**
   * What was written. It stays as it is: a small message is a part of the slab that is not written to again, a large one a copy, or
   * the buffer itself when that was made for large bytes. {@link reset} has to follow.
   */
  finish(): Uint8Array {
    const { buffer, start, pos } = this;
    const length = pos - start;
    if (sharesSlabs && buffer === this.slab.bytes && length <= largestShared && length > 0) {
      this.taken = pos;
      return new Uint8Array(this.slabBuffer, start, length);
    }
    if (this.lends && length > smallestLent) return this.finishLent();
    if (this.isTailored) return this.finishTailored();
    const bytes = takeMemory(length);
    bytes.set(buffer.subarray(start, pos));
    return bytes;
  }

  /** What is behind the message was never written: nobody may see what the process left there. */
  private finishTailored(): Uint8Array {
    this.buffer.fill(0, this.pos);
    return this.buffer.subarray(0, this.pos);
  }

  private finishLent(): Uint8Array {
    if (!this.isTailored) this.moveTo(lendMemory(this.pos - this.start));
    return this.buffer.subarray(0, this.pos);
  }

  /** Numbers of the fields that were being written, outermost first: where the last error happened. */
  fieldPath(): readonly number[] {
    if (this.key === 0) return [];
    return [...this.path.slice(0, this.depth), this.key].map((key) => key >>> 3);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.buffer.length - this.pos < count) this.grow(count);
  }

  /** Goes on in a new slab while the message may still share one, then in memory for large messages. */
  private grow(count: number): void {
    const needed = this.pos - this.start + count;
    this.isTailored = false;
    if (needed <= largestShared) {
      this.slab = createSlab(slabBytes);
      this.slabBuffer = this.slab.bytes.buffer;
      this.taken = 0;
      this.moveTo(this.slab);
    } else {
      this.moveTo(this.scratchFor(needed));
    }
  }

  /** Goes on in memory that fits large bytes and a little more behind them, so that it can be handed out as it is. */
  private tailor(length: number): void {
    const size = this.pos - this.start + length + spareBytes;
    this.moveTo(this.lends ? lendMemory(size) : memoryOf(takeMemory(size)));
    this.isTailored = true;
  }

  private scratchFor(needed: number): Memory {
    const { scratch } = this;
    if (scratch !== undefined && scratch.bytes.length >= needed && scratch.bytes !== this.buffer) return scratch;
    const memory = createMemory(Math.max(slabBytes, this.buffer.length * 2, needed));
    this.scratch = memory.bytes.length <= largestKept ? memory : undefined;
    return memory;
  }

  private moveTo({ bytes, view }: Memory): void {
    const { buffer, start, pos } = this;
    bytes.set(buffer.subarray(start, pos));
    this.buffer = bytes;
    this.view = view;
    this.start = 0;
    this.pos = pos - start;
  }

  private expected(what: string, found: unknown): RpcError {
    return malformed(`expected ${what}, found ${describeValue(found)}`);
  }

  /** A field key alone, in front of a packed list: `(number << 3) | wire type`, as an unsigned 32-bit integer. */
  tag(key: number): void {
    this.open(key, 0);
  }

  /** Writes a key, after making room for it and for `room` bytes behind it. */
  private open(key: number, room: number): void {
    this.key = key;
    if (this.buffer.length - this.pos < room + 5) this.grow(room + 5);
    if (key < 0x80) this.buffer[this.pos++] = key;
    else this.varint32(key);
  }

  /** Room for 5 bytes is there. */
  private varint32(value: number): void {
    const bytes = this.buffer;
    let pos = this.pos;
    while (value > 0x7f) {
      bytes[pos++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    bytes[pos++] = value;
    this.pos = pos;
  }

  /** Room for 10 bytes is there. Unrolled: a loop that shifts both halves took a quarter longer (bench codec: ids). */
  private varint64(low: number, high: number): void {
    if (high === 0) {
      this.varint32(low >>> 0);
      return;
    }
    const bytes = this.buffer;
    const pos = this.pos;
    bytes[pos] = low | 0x80;
    bytes[pos + 1] = (low >>> 7) | 0x80;
    bytes[pos + 2] = (low >>> 14) | 0x80;
    bytes[pos + 3] = (low >>> 21) | 0x80;
    const middle = (low >>> 28) | (high << 4);
    const top = high >>> 24;
    if (top === 0) {
      this.pos = pos + 4;
      this.varint32(middle & 0xfffffff);
      return;
    }
    bytes[pos + 4] = middle | 0x80;
    bytes[pos + 5] = (middle >>> 7) | 0x80;
    bytes[pos + 6] = (middle >>> 14) | 0x80;
    bytes[pos + 7] = (middle >>> 21) | 0x80;
    this.pos = pos + 8;
    this.varint32(top);
  }

  bool(key: number, value: boolean): void {
    this.open(key, 1);
    this.putBool(value);
  }

  int32(key: number, value: number): void {
    this.open(key, 10);
    this.putInt32(value);
  }

  uint32(key: number, value: number): void {
    this.open(key, 5);
    if (value >>> 0 !== value) throw this.expected("an unsigned integer of 32 bits", value);
    this.varint32(value);
  }

  sint32(key: number, value: number): void {
    this.open(key, 5);
    if ((value | 0) !== value) throw this.expected("an integer of 32 bits", value);
    this.varint32(((value << 1) ^ (value >> 31)) >>> 0);
  }

  fixed32(key: number, value: number): void {
    this.open(key, 4);
    this.putFixed32(value);
  }

  sfixed32(key: number, value: number): void {
    this.open(key, 4);
    this.putSfixed32(value);
  }

  int64(key: number, value: bigint): void {
    this.open(key, 10);
    this.putInt64(value);
  }

  uint64(key: number, value: bigint): void {
    this.open(key, 10);
    this.putUint64(value);
  }

  sint64(key: number, value: bigint): void {
    this.open(key, 10);
    this.putSint64(value);
  }

  fixed64(key: number, value: bigint): void {
    this.open(key, 8);
    this.checkUint64(value);
    this.view.setBigInt64(this.pos, value, true);
    this.pos += 8;
  }

  sfixed64(key: number, value: bigint): void {
    this.open(key, 8);
    this.checkInt64(value);
    this.view.setBigInt64(this.pos, value, true);
    this.pos += 8;
  }

  int53(key: number, value: number): void {
    this.open(key, 10);
    this.putInt53(value);
  }

  uint53(key: number, value: number): void {
    this.open(key, 10);
    this.putUint53(value);
  }

  // Values alone, as packed lists hold them. Room for them is there.

  private putBool(value: boolean): void {
    if (typeof value !== "boolean") throw this.expected("a boolean", value);
    this.buffer[this.pos++] = value ? 1 : 0;
  }

  private putInt32(value: number): void {
    if ((value | 0) !== value) throw this.expected("an integer of 32 bits", value);
    if (value >= 0) this.varint32(value);
    else this.varint64(value >>> 0, 0xffffffff);
  }

  private putFixed32(value: number): void {
    if (value >>> 0 !== value) throw this.expected("an unsigned integer of 32 bits", value);
    this.raw32(value);
  }

  private putSfixed32(value: number): void {
    if ((value | 0) !== value) throw this.expected("an integer of 32 bits", value);
    this.raw32(value);
  }

  private raw32(value: number): void {
    this.view.setInt32(this.pos, value, true);
    this.pos += 4;
  }

  private putInt64(value: bigint): void {
    this.checkInt64(value);
    this.big(value);
  }

  private putUint64(value: bigint): void {
    this.checkUint64(value);
    this.big(value);
  }

  private putSint64(value: bigint): void {
    this.checkInt64(value);
    const { view, pos } = this;
    view.setBigInt64(pos, value, true);
    const sign = view.getInt32(pos + 4, true) >> 31;
    const low = view.getUint32(pos, true);
    const high = view.getUint32(pos + 4, true);
    this.varint64(((low << 1) ^ sign) >>> 0, (((high << 1) | (low >>> 31)) ^ sign) >>> 0);
  }

  private putInt53(value: number): void {
    if (!Number.isSafeInteger(value)) throw this.expected("an integer within 2^53", value);
    if (value >= 0 && value < two32) this.varint32(value);
    else this.varint64(value >>> 0, Math.floor(value / two32) >>> 0);
  }

  private putUint53(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw this.expected("an unsigned integer below 2^53", value);
    this.putInt53(value);
  }

  private checkInt64(value: bigint): void {
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value)
      throw this.expected("a bigint of 64 bits", value);
  }

  private checkUint64(value: bigint): void {
    if (typeof value !== "bigint") throw this.expected("an unsigned bigint of 64 bits", value);
    if (value > uint64Max || value < 0n) throw this.expected("an unsigned bigint of 64 bits", value);
  }

  /** The halves go through the eight bytes at `pos`, which the varint then overwrites. */
  private big(value: bigint): void {
    const { view, pos } = this;
    view.setBigInt64(pos, value, true);
    this.varint64(view.getUint32(pos, true), view.getUint32(pos + 4, true));
  }

  float(key: number, value: number): void {
    this.open(key, 4);
    if (typeof value !== "number") throw this.expected("a number", value);
    this.view.setFloat32(this.pos, value, true);
    this.pos += 4;
  }

  double(key: number, value: number): void {
    this.open(key, 8);
    if (typeof value !== "number") throw this.expected("a number", value);
    this.view.setFloat64(this.pos, value, true);
    this.pos += 8;
  }

  /** UTF-8 text with its length in front. */
  string(key: number, value: string): void {
    this.key = key;
    if (typeof value !== "string") throw this.expected("a string", value);
    const length = value.length;
    if (length > shortText) {
      this.open(key, 0);
      this.longString(value);
      return;
    }
    if (this.buffer.length - this.pos < shortText * 3 + 6) this.grow(shortText * 3 + 6);
    const bytes = this.buffer;
    if (key < 0x80) bytes[this.pos++] = key;
    else this.varint32(key);
    const start = this.pos + 1;
    const ascii = putAscii(bytes, start, value);
    this.pos = ascii === length ? start + length : encodeUtf8(value, bytes, start + ascii, ascii);
    bytes[start - 1] = this.pos - start;
  }

  private longString(value: string): void {
    this.reserve(value.length * 3 + 5);
    const from = this.pos;
    const start = from + varintSize(value.length);
    this.pos = encodeLongUtf8(value, this.buffer, start);
    this.putLength(from, start);
  }

  /** Bytes with their length in front; they are copied. */
  bytes(key: number, value: Uint8Array): void {
    this.open(key, 5);
    if (!(value instanceof Uint8Array)) throw this.expected("a Uint8Array", value);
    const length = value.length;
    if (length >= largeBytes && length > this.pos - this.start) this.tailor(length);
    else if (this.buffer.length - this.pos < length + 5) this.grow(length + 5);
    this.varint32(length);
    this.buffer.set(value, this.pos);
    this.pos += length;
  }

  /**
   * Opens a nested message. One byte is kept for its length; {@link end} patches it.
   *
   * @param value the message, checked to be an object; left out for a map entry
   * @returns what `end` needs
   */
  begin(key: number, value?: unknown): number {
    this.open(key, 1);
    if (arguments.length > 1 && (typeof value !== "object" || value === null)) throw this.expected("an object", value);
    if (this.depth >= wireLimits.maxDepth) throw malformed(`messages are nested deeper than ${wireLimits.maxDepth}`);
    this.count(1);
    this.path[this.depth++] = key;
    return ++this.pos - this.start;
  }

  /** Closes the nested message that `begin` opened. */
  end(mark: number): void {
    this.key = this.path[--this.depth]!;
    const content = this.start + mark;
    const length = this.pos - content;
    if (length < 0x80) this.buffer[content - 1] = length;
    else this.putLength(content - 1, content);
  }

  /** Writes the length of `[content, pos)` at `from`, moving the content when the length needs another number of bytes. */
  private putLength(from: number, content: number): void {
    const length = this.pos - content;
    const shift = from + varintSize(length) - content;
    if (shift > 0 && this.buffer.length - this.pos < shift) {
      const moved = this.start;
      this.grow(shift);
      this.putLength(from - moved, content - moved);
      return;
    }
    if (shift !== 0) this.buffer.copyWithin(content + shift, content, this.pos);
    this.pos = from;
    this.varint32(length);
    this.pos = content + shift + length;
  }

  private count(elements: number): void {
    this.elements += elements;
    if (this.elements > wireLimits.maxElements)
      throw malformed(`a message holds more than ${wireLimits.maxElements} values`);
  }

  /** True for bytes or a list without content. What is neither is not empty, so that it gets to be checked and refused. */
  isEmpty(value: { readonly length: number }): boolean {
    return value?.length === 0;
  }

  /** Checks that `values` is an array and converts each of them; whoever writes them counts them. */
  converted<T, Wire>(values: readonly T[], convert: (value: T) => Wire): Wire[] {
    if (!Array.isArray(values)) throw this.expected("an array", values);
    return values.map((value: T) => convert(value));
  }

  /** Checks that `values` is an array of an allowed length, and returns it. */
  list<T>(values: readonly T[]): readonly T[] {
    this.itemsOf(values);
    return values;
  }

  /** The same for packed lists, whose length is read only here: a proxy might give another one the next time. */
  private itemsOf(values: readonly unknown[]): number {
    if (!Array.isArray(values)) throw this.expected("an array", values);
    const { length } = values;
    this.count(length);
    return length;
  }

  /** Checks that `entries` is a Map, and returns it. Its entries are counted where they begin. */
  map<K, V>(entries: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
    if (!(entries instanceof Map)) throw this.expected("a Map", entries);
    return entries;
  }

  /**
   * Opens a packed list of at most `size` bytes per value. As many bytes are kept for its length as it has at least, so that
   * the content seldom moves.
   */
  private beginPacked(count: number, size: number): number {
    this.reserve(count * size + 5);
    const from = this.pos;
    this.pos = from + varintSize(count);
    return from;
  }

  private endPacked(from: number, count: number): void {
    this.putLength(from, from + varintSize(count));
  }

  /** Writes the length of a packed list of fixed-size values and steps over it. Returns where its first value goes. */
  private skipPacked(length: number): number {
    this.reserve(length + 5);
    this.varint32(length);
    const start = this.pos;
    this.pos = start + length;
    return start;
  }

  packedBool(values: readonly boolean[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 1);
    for (let index = 0; index < count; index++) this.putBool(values[index]!);
    this.endPacked(from, count);
  }

  packedInt32(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putInt32(values[index]!);
    this.endPacked(from, count);
  }

  packedUint32(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 5);
    const bytes = this.buffer;
    let at = this.pos;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      if (value >>> 0 !== value) throw this.expected("an unsigned integer of 32 bits", value);
      at = putVarint(bytes, at, value);
    }
    this.pos = at;
    this.endPacked(from, count);
  }

  packedSint32(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 5);
    const bytes = this.buffer;
    let at = this.pos;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      if ((value | 0) !== value) throw this.expected("an integer of 32 bits", value);
      at = putVarint(bytes, at, ((value << 1) ^ (value >> 31)) >>> 0);
    }
    this.pos = at;
    this.endPacked(from, count);
  }

  packedFixed32(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 4);
    for (let index = 0; index < count; index++) this.putFixed32(values[index]!);
    this.endPacked(from, count);
  }

  packedSfixed32(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 4);
    for (let index = 0; index < count; index++) this.putSfixed32(values[index]!);
    this.endPacked(from, count);
  }

  packedInt64(values: readonly bigint[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putInt64(values[index]!);
    this.endPacked(from, count);
  }

  packedUint64(values: readonly bigint[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putUint64(values[index]!);
    this.endPacked(from, count);
  }

  packedSint64(values: readonly bigint[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putSint64(values[index]!);
    this.endPacked(from, count);
  }

  packedFixed64(values: readonly bigint[]): void {
    const count = this.itemsOf(values);
    let at = this.skipPacked(count * 8);
    const { view } = this;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      this.checkUint64(value);
      view.setBigInt64(at, value, true);
      at += 8;
    }
  }

  packedSfixed64(values: readonly bigint[]): void {
    const count = this.itemsOf(values);
    let at = this.skipPacked(count * 8);
    const { view } = this;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      this.checkInt64(value);
      view.setBigInt64(at, value, true);
      at += 8;
    }
  }

  packedInt53(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putInt53(values[index]!);
    this.endPacked(from, count);
  }

  packedUint53(values: readonly number[]): void {
    const count = this.itemsOf(values);
    const from = this.beginPacked(count, 10);
    for (let index = 0; index < count; index++) this.putUint53(values[index]!);
    this.endPacked(from, count);
  }

  packedFloat(values: readonly number[]): void {
    const count = this.itemsOf(values);
    let at = this.skipPacked(count * 4);
    const { view } = this;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      if (typeof value !== "number") throw this.expected("a number", value);
      view.setFloat32(at, value, true);
      at += 4;
    }
  }

  packedDouble(values: readonly number[]): void {
    const count = this.itemsOf(values);
    let at = this.skipPacked(count * 8);
    const { view } = this;
    for (let index = 0; index < count; index++) {
      const value = values[index]!;
      if (typeof value !== "number") throw this.expected("a number", value);
      view.setFloat64(at, value, true);
      at += 8;
    }
  }
}

/**
 * Writes the ASCII that `text` begins with at `at`, and returns how many units that were. Not in {@link Writer.string}: V8 11 compiles a loop that is running by
 * itself (OSR), and may then never compile the method around it; one process in seven took 2.7 times as long for an order.
 */
function putAscii(bytes: Uint8Array, at: number, text: string): number {
  const { length } = text;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return index;
    bytes[at + index] = unit;
  }
  return length;
}

function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  return value < 0x10000000 ? 4 : 5;
}

/** Writes an unsigned 32-bit varint at `at` and returns the offset behind it; five bytes of room are there. */
function putVarint(bytes: Uint8Array, at: number, value: number): number {
  if (value < 0x80) {
    bytes[at] = value;
    return at + 1;
  }
  bytes[at] = value | 0x80;
  if (value < 0x4000) {
    bytes[at + 1] = value >>> 7;
    return at + 2;
  }
  bytes[at + 1] = (value >>> 7) | 0x80;
  if (value < 0x200000) {
    bytes[at + 2] = value >>> 14;
    return at + 3;
  }
  bytes[at + 2] = (value >>> 14) | 0x80;
  if (value < 0x10000000) {
    bytes[at + 3] = value >>> 21;
    return at + 4;
  }
  bytes[at + 3] = (value >>> 21) | 0x80;
  bytes[at + 4] = value >>> 28;
  return at + 5;
}
