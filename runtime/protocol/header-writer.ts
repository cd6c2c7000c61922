import { RpcError } from "../errors/rpc-error.ts";
import { encodeText, joinBytes } from "./bytes.ts";
import { HeaderTag } from "./frame.ts";
import { isKeyByte } from "./header-reader.ts";
import type { Limits } from "./limits.ts";

/** The longest value of a tag: its length travels in two bytes of seven bits. */
export const maxTagValueBytes: number = 0x3fff;

/** Bytes that a writer begins with: a deadline, a trace id and a few pairs. */
const firstBytes = 128;
/** Longer pairs are encoded natively, shorter ones by a loop that a call to native code would cost more than (bench `calls`, rpcgen full). */
const shortText = 128;

/** Collects the rarer parts of a header; what is hot is written straight into the frame. */
export class HeaderWriter {
  /** Memory of the writer; only `[0, length)` has been written. */
  bytes: Uint8Array;
  length: number;

  constructor() {
    this.bytes = emptyHeader;
    this.length = 0;
  }

  /** Forgets what was written; the memory stays. */
  reset(): this {
    this.length = 0;
    return this;
  }

  /** A number of 1, 4 or 8 bytes, the fewest that hold it. `value` is a safe integer of at least 0. */
  number(tag: number, value: number): this {
    const size = value < 0x100 ? 1 : value <= 0xffffffff ? 4 : 8;
    this.tag(tag, size);
    const end = this.length + size;
    for (let at = end - 1, rest = value; at >= this.length; at--, rest = Math.floor(rest / 256))
      this.bytes[at] = rest % 256;
    this.length = end;
    return this;
  }

  /** Bytes as they are. */
  raw(tag: number, value: Uint8Array): this {
    this.tag(tag, value.length);
    return this.append(value);
  }

  /** Text, in UTF-8. Nothing is written for `undefined`. @throws RangeError above {@link maxTagValueBytes} */
  text(tag: number, value: string | undefined): this {
    if (value === undefined) return this;
    const bytes = encodeText(value);
    this.tag(tag, bytes.length);
    return this.append(bytes);
  }

  /**
   * The pairs of user metadata.
   * @throws RpcError `invalid_argument` for a bad key or value, `resource_exhausted` above the limits
   */
  metadata(pairs: Iterable<readonly [key: string, value: string]> | undefined, limits: Limits): this {
    if (pairs === undefined) return this;
    let entries = 0;
    let total = 0;
    for (const pair of pairs) {
      total += this.pair(pair[0], pair[1], limits);
      if (++entries > limits.maxMetadataEntries) throw limitError("entries", entries, limits.maxMetadataEntries);
      if (total > limits.maxMetadataBytes) throw limitError("bytes", total, limits.maxMetadataBytes);
    }
    return this;
  }

  /** A copy of everything so far. */
  finish(): Uint8Array {
    return this.length === 0 ? emptyHeader : this.bytes.slice(0, this.length);
  }

  /** @returns bytes of key and value */
  private pair(key: string, value: string, limits: Limits): number {
    if (this.plainPair(key, value, limits)) return key.length + value.length;
    const bytes = encodePair(key, value, limits);
    this.tag(HeaderTag.metadata, bytes.length);
    this.append(bytes);
    return bytes.length - 1;
  }

  /** Writes a short pair of ASCII that is allowed. @returns false, with nothing written, for any other */
  private plainPair(key: string, value: string, limits: Limits): boolean {
    // Stryker disable all: what is turned away here is written, or refused, byte for byte the same by encodePair
    if (typeof key !== "string" || typeof value !== "string") return false;
    const size = 1 + key.length + value.length;
    if (key.length === 0 || key.length > limits.maxMetadataKeyBytes) return false;
    if (size > shortText || value.length > limits.maxMetadataValueBytes) return false;
    // Stryker restore all
    const before = this.length;
    this.tag(HeaderTag.metadata, size);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = key.length;
    let isPlain = true;
    for (let index = 0; index < key.length; index++) {
      const unit = key.charCodeAt(index);
      isPlain &&= isKeyByte(unit);
      bytes[at++] = unit;
    }
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index);
      isPlain &&= unit < 0x80;
      bytes[at++] = unit;
    }
    this.length = isPlain ? at : before;
    return isPlain;
  }

  /** Tag and length; room for the value is there afterwards. */
  private tag(tag: number, length: number): void {
    if (length > maxTagValueBytes)
      throw new RangeError(`A header value may have ${maxTagValueBytes} bytes; found ${length}.`);
    this.reserve(length + 3);
    this.bytes[this.length++] = tag;
    if (length >= 0x80) this.bytes[this.length++] = (length & 0x7f) | 0x80;
    this.bytes[this.length++] = length < 0x80 ? length : length >>> 7;
  }

  /** The value of the tag before it. */
  private append(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2, firstBytes));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** No header. */
export const emptyHeader: Uint8Array = new Uint8Array(0);

function encodePair(key: string, value: string, limits: Limits): Uint8Array {
  if (typeof key !== "string" || typeof value !== "string") throw typeFault(key, value);
  const keyBytes = encodeText(key);
  if (keyBytes.length === 0 || !isKey(key)) throw keyFault(key);
  if (keyBytes.length > limits.maxMetadataKeyBytes)
    throw limitError("bytes in a key", keyBytes.length, limits.maxMetadataKeyBytes);
  if (loneSurrogate.test(value)) throw valueFault(key);
  const valueBytes = encodeText(value);
  if (valueBytes.length > limits.maxMetadataValueBytes)
    throw limitError("bytes in a value", valueBytes.length, limits.maxMetadataValueBytes);
  return joinBytes([Uint8Array.of(keyBytes.length), keyBytes, valueBytes], 1 + keyBytes.length + valueBytes.length);
}

const loneSurrogate = /\p{Surrogate}/u;

function isKey(key: string): boolean {
  for (let index = 0; index < key.length; index++) if (!isKeyByte(key.charCodeAt(index))) return false;
  return true;
}

function typeFault(key: unknown, value: unknown): RpcError {
  return new RpcError({
    reason: "malformed_message",
    message: `Metadata must be pairs of strings; found ${typeof key} and ${typeof value}.`,
  });
}

function keyFault(key: string): RpcError {
  return new RpcError({
    reason: "malformed_message",
    message: `The metadata key ${JSON.stringify(key.slice(0, 64))} must be one or more of a-z, 0-9, ".", "_" and "-".`,
  });
}

function valueFault(key: string): RpcError {
  return new RpcError({
    reason: "malformed_message",
    message: `The metadata value of "${key}" has a lone surrogate; it must be well-formed text.`,
  });
}

function limitError(what: string, found: number, limit: number): RpcError {
  return new RpcError({
    reason: "limit_exceeded",
    message: `Metadata may have ${limit} ${what}; found ${found}.`,
  });
}
