import type { RpcError } from "../errors/rpc-error.ts";
import { type WireLimits, wireLimits } from "./limits.ts";
import { malformed } from "./malformed.ts";
import { arrayBytes, elementBytes, memoryFor, packedBytes, takesTooMuch } from "./message-memory.ts";
import { bytewiseText, decodeMixed, decodeUtf8, isAscii, isAsciiView } from "./utf8.ts";
import { viewOf } from "./view.ts";

const two32 = 0x1_0000_0000;
/**
 * Up to this many bytes are always copied, by a loop: to ask for the memory behind a message, and to make the view that a native copy needs, costs more
 * (bench `calls`). So a message that is no longer shares no memory with what is read from it.
 */
export const shortBytes: number = 64;

/** Longer strings are decoded on their own. */
const longestPart = 96;
/** With fewer bytes left a call into native code does not pay. */
const smallestText = 96;
/**
 * Bytes that become text at once. V8 lets a part of 13 or more characters share the memory of the whole, so this is also what a
 * string that outlives its message can keep alive.
 */
const longestText = 1024;

/** How many bigints are made at once. */
const batch = 32;
/** Where halves become bigints and floats; what is left in it belongs to nobody. */
const halves: Int32Array = new Int32Array(2 * batch);
const signed: BigInt64Array = new BigInt64Array(halves.buffer);
const unsigned: BigUint64Array = new BigUint64Array(halves.buffer);
const float32: Float32Array = new Float32Array(halves.buffer);
const float64: Float64Array = new Float64Array(halves.buffer);
/** Which of two halves is the low one in the byte order of this machine. */
const lowAt: number = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
const highAt: number = 1 - lowAt;

/**
 * Reads protobuf fields from `buffer[pos, end)`. Strict: anything the wire format does not allow is an `invalid_argument`
 * that names the offset. Large `bytes` values share memory with `buffer`, so its owner must not write to it afterwards.
 */
export class Reader {
  readonly buffer: Uint8Array;
  /** Offset of the next byte. */
  pos: number;
  /** Where the message that is being read ends. */
  end: number;
  private depth: number;
  private elements: number;
  /** Bytes of memory that the message may still take, beside what its elements count for. */
  private room: number;
  private high: number;
  /** `buffer[textStart, textEnd)`, one character per byte. */
  private text: string;
  private textStart: number;
  private textEnd: number;
  /** The memory behind `buffer`, which begins at `base` of it; made for messages that are long enough to pay for it. */
  private view: DataView | undefined;
  private base: number;

  constructor(buffer: Uint8Array, limits: WireLimits = wireLimits) {
    this.buffer = buffer;
    this.pos = 0;
    this.end = buffer.length;
    this.depth = limits.maxDepth;
    this.elements = limits.maxElements;
    this.room = memoryFor(buffer.length);
    this.high = 0;
    this.text = "";
    this.textStart = 0;
    this.textEnd = 0;
    this.view = undefined;
    this.base = 0;
  }

  /** The error for what stands at the current offset. */
  fail(message: string): RpcError {
    return malformed(`malformed message at byte ${this.pos}: ${message}`);
  }

  /**
   * Counts memory that the message takes, beyond {@link elementBytes} for each element.
   * @throws RpcError `resource_exhausted` when it is more than a message of this length may take
   */
  hold(bytes: number): void {
    if ((this.room -= bytes) < 0) throw this.tooLarge();
  }

  /** An estimate of the memory that what has been read takes, beside as many bytes as were read. */
  get heldBytes(): number {
    return memoryFor(this.buffer.length) - this.room + (wireLimits.maxElements - this.elements) * elementBytes;
  }

  private tooLarge(): RpcError {
    const { length } = this.buffer;
    return takesTooMuch(`a message of ${length} bytes`, memoryFor(length));
  }

  private truncated(): RpcError {
    return this.fail(`the data ends in the middle of a value (at byte ${this.end})`);
  }

  /** Reads a field key; it is valid, but may be unknown to the schema. */
  tag(): number {
    const pos = this.pos;
    if (pos < this.end) {
      const first = this.buffer[pos]!;
      if (first >= 8 && first < 0x80 && (first & 7) <= 5) {
        this.pos = pos + 1;
        return first;
      }
    }
    return this.longTag();
  }

  private longTag(): number {
    const start = this.pos;
    const key = this.varint();
    if (this.high !== 0) {
      this.pos = start;
      throw this.fail("a field number is above 536870911");
    }
    if (key < 8 || (key & 7) > 5) {
      this.pos = start;
      throw this.fail(key < 8 ? "field number 0" : `wire type ${key & 7} does not exist`);
    }
    return key;
  }

  /** Reads a varint: its low half is returned, the other left in `high`; both are unsigned. */
  private varint(): number {
    const pos = this.pos;
    if (pos >= this.end) throw this.truncated();
    const first = this.buffer[pos]!;
    this.high = 0;
    if (first < 0x80) {
      this.pos = pos + 1;
      return first;
    }
    return this.longVarint(first & 0x7f);
  }

  /** The other bytes of a varint whose first one is not the last. Unrolled where ten bytes are there (bench codec: ids). */
  private longVarint(first: number): number {
    const { buffer, pos } = this;
    if (this.end - pos < 10) return this.lastVarint(first);
    let byte = buffer[pos + 1]!;
    let low = first | ((byte & 0x7f) << 7);
    if (byte < 0x80) {
      this.pos = pos + 2;
      return low;
    }
    byte = buffer[pos + 2]!;
    low |= (byte & 0x7f) << 14;
    if (byte < 0x80) {
      this.pos = pos + 3;
      return low;
    }
    byte = buffer[pos + 3]!;
    low |= (byte & 0x7f) << 21;
    if (byte < 0x80) {
      this.pos = pos + 4;
      return low;
    }
    byte = buffer[pos + 4]!;
    low = (low | (byte << 28)) >>> 0;
    this.high = (byte & 0x7f) >>> 4;
    if (byte < 0x80) this.pos = pos + 5;
    else this.highVarint(pos + 5);
    return low;
  }

  /** Bytes six to ten, which are there. */
  private highVarint(pos: number): void {
    const { buffer } = this;
    let at = pos;
    let byte = buffer[at++]!;
    let high = this.high | ((byte & 0x7f) << 3);
    if (byte >= 0x80) {
      byte = buffer[at++]!;
      high |= (byte & 0x7f) << 10;
      if (byte >= 0x80) {
        byte = buffer[at++]!;
        high |= (byte & 0x7f) << 17;
        if (byte >= 0x80) {
          byte = buffer[at++]!;
          high |= (byte & 0x7f) << 24;
          if (byte >= 0x80) {
            byte = buffer[at++]!;
            high |= byte << 31;
            if (byte > 1) throw this.tooLong(at);
          }
        }
      }
    }
    this.pos = at;
    this.high = high >>> 0;
  }

  /** A long varint within the last nine bytes: each of them may be the one that is missing. */
  private lastVarint(first: number): number {
    const { buffer, end } = this;
    let pos = this.pos + 1;
    let low = first;
    for (let shift = 7; ; shift += 7) {
      if (pos >= end) throw this.truncated();
      const byte = buffer[pos++]!;
      if (shift <= 28) low |= (byte & 0x7f) << shift;
      if (shift === 28) this.high = (byte & 0x7f) >>> 4;
      else if (shift > 28) this.high = (this.high | ((byte & 0x7f) << (shift - 32))) >>> 0;
      if (byte < 0x80) break;
    }
    this.pos = pos;
    return low >>> 0;
  }

  private tooLong(pos: number): RpcError {
    this.pos = pos;
    return this.fail("a varint is longer than 64 bits");
  }

  bool(): boolean {
    return (this.varint() | this.high) !== 0;
  }

  int32(): number {
    return this.varint() | 0;
  }

  uint32(): number {
    return this.varint() >>> 0;
  }

  sint32(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  fixed32(): number {
    return this.sfixed32() >>> 0;
  }

  sfixed32(): number {
    const { buffer, pos } = this;
    if (this.end - pos < 4) throw this.truncated();
    this.pos = pos + 4;
    return buffer[pos]! | (buffer[pos + 1]! << 8) | (buffer[pos + 2]! << 16) | (buffer[pos + 3]! << 24);
  }

  int64(): bigint {
    const low = this.varint();
    return signedBigint(low, this.high);
  }

  uint64(): bigint {
    const low = this.varint();
    return unsignedBigint(low, this.high);
  }

  sint64(): bigint {
    const low = this.varint();
    const high = this.high;
    const sign = -(low & 1);
    return signedBigint(((low >>> 1) | (high << 31)) ^ sign, (high >>> 1) ^ sign);
  }

  fixed64(): bigint {
    const low = this.fixed32Pair();
    return unsignedBigint(low, this.high);
  }

  sfixed64(): bigint {
    const low = this.fixed32Pair();
    return signedBigint(low, this.high);
  }

  private fixed32Pair(): number {
    if (this.end - this.pos < 8) throw this.truncated();
    const low = this.sfixed32() >>> 0;
    this.high = this.sfixed32() >>> 0;
    return low;
  }

  /** A 64-bit integer as a number. @throws RpcError when it lies outside ±(2^53 - 1) */
  int53(): number {
    const low = this.varint();
    if (this.high === 0) return low;
    const value = (this.high | 0) * two32 + low;
    if (!Number.isSafeInteger(value)) throw this.fail("an integer lies outside ±(2^53 - 1)");
    return value;
  }

  /** An unsigned 64-bit integer as a number. @throws RpcError when it is 2^53 or more */
  uint53(): number {
    const low = this.varint();
    if (this.high === 0) return low;
    const value = this.high * two32 + low;
    if (!Number.isSafeInteger(value)) throw this.fail("an unsigned integer is not below 2^53");
    return value;
  }

  float(): number {
    halves[0] = this.sfixed32();
    return float32[0]!;
  }

  double(): number {
    const { view, pos } = this;
    if (this.end - pos < 8) throw this.truncated();
    if (view !== undefined) {
      this.pos = pos + 8;
      return view.getFloat64(this.base + pos, true);
    }
    halves[lowAt] = this.sfixed32();
    halves[highAt] = this.sfixed32();
    return float64[0]!;
  }

  /** Reads a length and checks that so many bytes are there. */
  private length(): number {
    const pos = this.pos;
    if (pos < this.end) {
      const first = this.buffer[pos]!;
      if (first < 0x80 && first < this.end - pos) {
        this.pos = pos + 1;
        return first;
      }
    }
    return this.longLength();
  }

  private longLength(): number {
    const length = this.varint();
    if (this.high !== 0 || length > this.end - this.pos) throw this.fail("a length reaches behind the end of the data");
    return length;
  }

  /** Text, which must be well-formed UTF-8. */
  string(): string {
    const length = this.length();
    const { buffer, pos: start } = this;
    const end = start + length;
    this.pos = end;
    if (length > longestPart) return decodeMixed(buffer, start, end);
    if (end > this.textEnd) {
      if (buffer.length - start < smallestText) return decodeUtf8(buffer, start, end);
      if (!isAscii(buffer, start, end)) return decodeMixed(buffer, start, end);
      this.readAhead(start);
    } else if (!isAsciiView(this.view!, this.base + start, length)) {
      return decodeMixed(buffer, start, end);
    }
    return this.text.slice(start - this.textStart, end - this.textStart);
  }

  /** Turns the next kilobyte into text, of which short ASCII strings are parts: one call into native code for many strings. */
  private readAhead(start: number): void {
    const end = Math.min(this.buffer.length, start + longestText);
    this.text = bytewiseText(this.buffer, start, end);
    this.textStart = start;
    this.viewOfAll();
    this.textEnd = end;
  }

  /** The memory behind `buffer`; what is read begins at `base` of it. */
  private viewOfAll(): DataView {
    if (this.view === undefined) {
      this.view = viewOf(this.buffer);
      this.base = this.buffer.byteOffset;
    }
    return this.view;
  }

  /** Bytes: a copy, or a view when they are more than {@link shortBytes} and at least a quarter of the memory behind them. */
  bytes(): Uint8Array {
    const length = this.length();
    this.hold(arrayBytes);
    const { buffer, pos } = this;
    this.pos = pos + length;
    if (length > shortBytes) {
      const memory = buffer.buffer;
      return length * 4 >= memory.byteLength
        ? new Uint8Array(memory, buffer.byteOffset + pos, length)
        : new Uint8Array(buffer.subarray(pos, pos + length));
    }
    const copy = new Uint8Array(length);
    for (let index = 0; index < length; index++) copy[index] = buffer[pos + index]!;
    return copy;
  }

  /** Enters a nested message: `end` becomes its end. Returns what {@link close} needs. */
  open(): number {
    if (this.depth === 0) throw this.fail("messages are nested too deeply");
    this.element();
    const length = this.length();
    const outerEnd = this.end;
    this.depth--;
    this.end = this.pos + length;
    return outerEnd;
  }

  /** Leaves the nested message that `open` entered and that has been read to its end. */
  close(outerEnd: number): void {
    this.depth++;
    this.end = outerEnd;
  }

  /** Counts a list item against the limit; nested messages count by themselves. */
  element(): void {
    if (--this.elements < 0) throw this.tooMany();
  }

  private tooMany(): RpcError {
    return this.fail("a message holds too many values");
  }

  /**
   * Enters a packed list of varints and makes room for them at the end of `values`: appending them one by one took two to five times
   * as long (bench codec: packed, ids). Returns where the first one goes.
   */
  private openPacked(values: unknown[]): number {
    const length = this.length();
    const end = this.pos + length;
    const count = this.varintCount(length);
    if (count > this.elements) throw this.tooMany();
    if (length > 0 && this.buffer[end - 1]! >= 0x80) {
      this.end = end;
      throw this.truncated();
    }
    this.countPacked(count);
    const first = values.length;
    values.length = first + count;
    return first;
  }

  private countPacked(count: number): void {
    this.elements -= count;
    this.room += count * (elementBytes - packedBytes);
  }

  /** How many varints end within `length` bytes, which are there: bytes below 0x80, of which four at a time are told by their highest bits. */
  private varintCount(length: number): number {
    const view = this.viewOfAll();
    let count = 0;
    let at = this.base + this.pos;
    const end = at + length;
    for (const last = end - 3; at < last; at += 4)
      count += Math.imul((~view.getInt32(at) >>> 7) & 0x01010101, 0x01010101) >>> 24;
    for (; at < end; at++) count += 1 - (view.getUint8(at) >> 7);
    return count;
  }

  /**
   * Steps over a packed list of fixed-size values and makes room for them at the end of `values`. Returns where in the view of all the first one
   * begins.
   */
  private openFixed(values: unknown[], size: number): number {
    const length = this.length();
    const count = length / size;
    if (!Number.isInteger(count)) throw this.fail(`a packed list of ${length} bytes does not hold whole values`);
    if (count > this.elements) throw this.tooMany();
    this.countPacked(count);
    values.length += count;
    this.viewOfAll();
    return this.base + this.step(length);
  }

  packedBool(values: boolean[]): void {
    for (let index = this.openPacked(values); index < values.length; index++) values[index] = this.bool();
  }

  packedInt32(values: number[]): void {
    this.packedLow(values, "signed");
  }

  packedUint32(values: number[]): void {
    this.packedLow(values, "unsigned");
  }

  packedSint32(values: number[]): void {
    this.packedLow(values, "zigzag");
  }

  /**
   * Appends the low halves of packed varints. Short varints are read right here, with offset and buffer in variables: a call per
   * value took 1.6 times as long (bench codec: packed).
   */
  private packedLow(values: number[], spelling: "signed" | "unsigned" | "zigzag"): void {
    const first = this.openPacked(values);
    const { buffer } = this;
    const isZigzag = spelling === "zigzag";
    const count = values.length;
    let pos = this.pos;
    for (let index = first; index < count; index++) {
      let low = buffer[pos]!;
      if (low < 0x80) {
        pos++;
      } else if (buffer[pos + 1]! < 0x80) {
        low = (low & 0x7f) | (buffer[pos + 1]! << 7);
        pos += 2;
      } else if (buffer[pos + 2]! < 0x80) {
        low = (low & 0x7f) | ((buffer[pos + 1]! & 0x7f) << 7) | (buffer[pos + 2]! << 14);
        pos += 3;
      } else {
        this.pos = pos;
        low = spelling === "unsigned" ? this.varint() : this.varint() | 0;
        pos = this.pos;
      }
      values[index] = isZigzag ? (low >>> 1) ^ -(low & 1) : low;
    }
    this.pos = pos;
  }

  packedInt64(values: bigint[]): void {
    this.packedBig(values, this.openPacked(values), "varint", signed);
  }

  packedUint64(values: bigint[]): void {
    this.packedBig(values, this.openPacked(values), "varint", unsigned);
  }

  packedSint64(values: bigint[]): void {
    this.packedBig(values, this.openPacked(values), "zigzag", signed);
  }

  packedFixed64(values: bigint[]): void {
    let index = values.length;
    let at = this.openFixed(values, 8);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 8) values[index] = view.getBigUint64(at, true);
  }

  packedSfixed64(values: bigint[]): void {
    let index = values.length;
    let at = this.openFixed(values, 8);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 8) values[index] = view.getBigInt64(at, true);
  }

  /** Fills the end of `values`, whose room is there: first the halves of many, then a bigint of each (bench codec: ids). */
  private packedBig(
    values: bigint[],
    first: number,
    spelling: "varint" | "zigzag",
    source: BigInt64Array | BigUint64Array,
  ): void {
    for (let index = first; index < values.length; index += batch) {
      const count = Math.min(batch, values.length - index);
      for (let at = 0; at < 2 * count; at += 2) {
        const low = this.varint();
        const high = this.high;
        const sign = spelling === "zigzag" ? -(low & 1) : 0;
        halves[at + lowAt] = spelling === "zigzag" ? ((low >>> 1) | (high << 31)) ^ sign : low;
        halves[at + highAt] = spelling === "zigzag" ? (high >>> 1) ^ sign : high;
      }
      for (let at = 0; at < count; at++) values[index + at] = source[at]!;
    }
  }

  packedInt53(values: number[]): void {
    for (let index = this.openPacked(values); index < values.length; index++) values[index] = this.int53();
  }

  packedUint53(values: number[]): void {
    for (let index = this.openPacked(values); index < values.length; index++) values[index] = this.uint53();
  }

  packedFixed32(values: number[]): void {
    let index = values.length;
    let at = this.openFixed(values, 4);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 4) values[index] = view.getUint32(at, true);
  }

  packedSfixed32(values: number[]): void {
    let index = values.length;
    let at = this.openFixed(values, 4);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 4) values[index] = view.getInt32(at, true);
  }

  packedFloat(values: number[]): void {
    let index = values.length;
    let at = this.openFixed(values, 4);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 4) values[index] = view.getFloat32(at, true);
  }

  packedDouble(values: number[]): void {
    let index = values.length;
    let at = this.openFixed(values, 8);
    const view = this.viewOfAll();
    for (; index < values.length; index++, at += 8) values[index] = view.getFloat64(at, true);
  }

  /** Steps over the value of an unknown field. Groups are matched without recursion, however deep. */
  skip(key: number): void {
    if ((key & 7) === 3) this.skipGroup(key);
    else this.skipScalar(key);
  }

  private skipScalar(key: number): void {
    switch (key & 7) {
      case 0:
        this.varint();
        return;
      case 1:
        this.step(8);
        return;
      case 2:
        this.step(this.length());
        return;
      case 5:
        this.step(4);
        return;
      default:
        throw this.fail("a group ends that did not begin");
    }
  }

  /** Steps over `count` bytes and returns where they begin. */
  private step(count: number): number {
    const { pos } = this;
    if (this.end - pos < count) throw this.truncated();
    this.pos = pos + count;
    return pos;
  }

  private skipGroup(key: number): void {
    const open = [key >>> 3];
    while (open.length > 0) {
      const next = this.tag();
      if ((next & 7) === 3) {
        if (open.length >= this.depth) throw this.fail("groups are nested too deeply");
        open.push(next >>> 3);
      } else if ((next & 7) !== 4) {
        this.skipScalar(next);
      } else if (open.pop() !== next >>> 3) {
        throw this.fail("a group ends with the number of another one");
      }
    }
  }
}

function signedBigint(low: number, high: number): bigint {
  halves[lowAt] = low;
  halves[highAt] = high;
  return signed[0]!;
}

function unsignedBigint(low: number, high: number): bigint {
  halves[lowAt] = low;
  halves[highAt] = high;
  return unsigned[0]!;
}
