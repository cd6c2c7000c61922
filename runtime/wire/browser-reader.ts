import type { RpcError } from "../errors/rpc-error.ts";
import { type WireLimits, wireLimits } from "./limits.ts";
import { malformed } from "./malformed.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Bytes of any length may share memory with the message that they came in. */
export const shortBytes: number = 0;

/**
 * Takes the place of `reader.ts` in bundles for a browser: the same reader, a third as long. It reads everything by the few ways that are there in
 * any case, where the other has one for each case that is worth it.
 */
export class Reader {
  readonly buffer: Uint8Array;
  /** Offset of the next byte. */
  pos: number;
  /** Where the message that is being read ends. */
  end: number;
  private readonly view: DataView;
  private depth: number;
  private elements: number;
  private high: number;

  constructor(buffer: Uint8Array, limits: WireLimits = wireLimits) {
    this.buffer = buffer;
    this.pos = 0;
    this.end = buffer.length;
    this.view = new DataView(buffer.buffer, buffer.byteOffset);
    this.depth = limits.maxDepth;
    this.elements = limits.maxElements;
    this.high = 0;
  }

  fail(message: string): RpcError {
    return malformed(`malformed message at byte ${this.pos}: ${message}`);
  }

  tag(): number {
    const start = this.pos;
    const key = this.varint();
    if (this.high === 0 && key >= 8 && (key & 7) <= 5) return key;
    this.pos = start;
    if (this.high !== 0) throw this.fail("a field number is above 536870911");
    throw this.fail(key < 8 ? "field number 0" : `wire type ${key & 7} does not exist`);
  }

  /** The low half is returned, the other left in `high`; both are unsigned. */
  private varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.buffer[this.step(1)] as number;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift === 28) high = bits >>> 4;
      else if (shift > 28) high |= bits << (shift - 32);
      if (shift === 63 && byte > 1) throw this.fail("a varint is longer than 64 bits");
      if (byte < 0x80) break;
    }
    this.high = high >>> 0;
    return low >>> 0;
  }

  bool(): boolean {
    return (this.varint() | this.high) !== 0;
  }

  int32(): number {
    return this.varint() | 0;
  }

  uint32(): number {
    return this.varint();
  }

  sint32(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  fixed32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  sfixed32(): number {
    return this.view.getInt32(this.step(4), true);
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  uint64(): bigint {
    const low = this.varint();
    return (BigInt(this.high) << 32n) | BigInt(low);
  }

  sint64(): bigint {
    const value = this.uint64();
    return (value >> 1n) ^ -(value & 1n);
  }

  fixed64(): bigint {
    return this.view.getBigUint64(this.step(8), true);
  }

  sfixed64(): bigint {
    return this.view.getBigInt64(this.step(8), true);
  }

  int53(): number {
    const value = Number(this.int64());
    if (!Number.isSafeInteger(value)) throw this.fail("an integer lies outside ±(2^53 - 1)");
    return value;
  }

  uint53(): number {
    const value = Number(this.uint64());
    if (!Number.isSafeInteger(value)) throw this.fail("an unsigned integer is not below 2^53");
    return value;
  }

  float(): number {
    return this.view.getFloat32(this.step(4), true);
  }

  double(): number {
    return this.view.getFloat64(this.step(8), true);
  }

  /** Reads a length and checks that so many bytes are there. */
  private length(): number {
    const length = this.varint();
    if (this.high !== 0 || length > this.end - this.pos) throw this.fail("a length reaches behind the end of the data");
    return length;
  }

  string(): string {
    const length = this.length();
    return decodeUtf8(this.buffer, this.step(length), this.pos);
  }

  /** A copy, or a view when it is at least a quarter of the memory behind it. */
  bytes(): Uint8Array {
    const length = this.length();
    const { buffer, byteOffset } = this.buffer;
    const found = new Uint8Array(buffer, byteOffset + this.step(length), length);
    return length * 4 >= buffer.byteLength ? found : found.slice();
  }

  /** Pages take what they ask a server of theirs for. */
  hold(_bytes: number): void {}

  open(): number {
    if (this.depth === 0) throw this.fail("messages are nested too deeply");
    this.element();
    const length = this.length();
    const outerEnd = this.end;
    this.depth--;
    this.end = this.pos + length;
    return outerEnd;
  }

  close(outerEnd: number): void {
    this.depth++;
    this.end = outerEnd;
  }

  element(): void {
    this.count(1);
  }

  private count(elements: number): void {
    this.elements -= elements;
    if (this.elements < 0) throw this.fail("a message holds too many values");
  }

  /** @param size bytes of each value; 0: varints */
  private packed<T>(values: T[], read: () => T, size = 0): void {
    const length = this.length();
    if (size > 0 && length % size !== 0) throw this.fail(`a packed list of ${length} bytes does not hold whole values`);
    const outerEnd = this.end;
    this.end = this.pos + length;
    let count = length / (size || 1);
    if (size === 0) for (let at = this.pos; at < this.end; at++) count -= (this.buffer[at] as number) >> 7;
    this.count(count);
    while (this.pos < this.end) values.push(read.call(this));
    this.end = outerEnd;
  }

  packedBool(values: boolean[]): void {
    this.packed(values, this.bool);
  }

  packedInt32(values: number[]): void {
    this.packed(values, this.int32);
  }

  packedUint32(values: number[]): void {
    this.packed(values, this.uint32);
  }

  packedSint32(values: number[]): void {
    this.packed(values, this.sint32);
  }

  packedInt64(values: bigint[]): void {
    this.packed(values, this.int64);
  }

  packedUint64(values: bigint[]): void {
    this.packed(values, this.uint64);
  }

  packedSint64(values: bigint[]): void {
    this.packed(values, this.sint64);
  }

  packedFixed64(values: bigint[]): void {
    this.packed(values, this.fixed64, 8);
  }

  packedSfixed64(values: bigint[]): void {
    this.packed(values, this.sfixed64, 8);
  }

  packedInt53(values: number[]): void {
    this.packed(values, this.int53);
  }

  packedUint53(values: number[]): void {
    this.packed(values, this.uint53);
  }

  packedFixed32(values: number[]): void {
    this.packed(values, this.fixed32, 4);
  }

  packedSfixed32(values: number[]): void {
    this.packed(values, this.sfixed32, 4);
  }

  packedFloat(values: number[]): void {
    this.packed(values, this.float, 4);
  }

  packedDouble(values: number[]): void {
    this.packed(values, this.double, 8);
  }

  /** Steps over the value of an unknown field. Groups are matched without recursion, however deep. */
  skip(key: number): void {
    const open: number[] = [];
    for (let next = key; ; next = this.tag()) {
      const number = next >>> 3;
      const type = next & 7;
      if (type === 3) {
        if (open.push(number) > this.depth) throw this.fail("groups are nested too deeply");
      } else if (type === 4) {
        if (open.length === 0) throw this.fail("a group ends that did not begin");
        if (open.pop() !== number) throw this.fail("a group ends with the number of another one");
      } else if (type === 0) this.varint();
      else this.step(type === 1 ? 8 : type === 5 ? 4 : this.length());
      if (open.length === 0) return;
    }
  }

  /** Steps over bytes that have to be there. @returns where they begin */
  private step(count: number): number {
    const start = this.pos;
    if (this.end - start < count) throw this.fail(`the data ends in the middle of a value (at byte ${this.end})`);
    this.pos = start + count;
    return start;
  }
}
