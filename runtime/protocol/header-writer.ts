import { RpcError } from "../errors/rpc-error.ts";
import { encodeText, joinBytes } from "./bytes.ts";
import { HeaderTag } from "./frame.ts";
import { isKeyByte } from "./header-reader.ts";
import type { Limits } from "./limits.ts";

/** The longest value of a tag: its length travels in two bytes of seven bits. */
export const maxTagValueBytes: number = 0x3fff;

/** Collects the rarer parts of a header; what is hot is written straight into the frame. */
export class HeaderWriter {
  #parts: Uint8Array[];
  #length: number;

  constructor() {
    this.#parts = [];
    this.#length = 0;
  }

  /** A number of 1, 4 or 8 bytes, the fewest that hold it. `value` is a safe integer of at least 0. */
  number(tag: number, value: number): this {
    const size = value < 0x100 ? 1 : value <= 0xffffffff ? 4 : 8;
    const bytes = new Uint8Array(2 + size);
    bytes[0] = tag;
    bytes[1] = size;
    for (let at = size + 1, rest = value; at > 1; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
    return this.#append(bytes);
  }

  /** Text, in UTF-8. Nothing is written for `undefined`. @throws RangeError above {@link maxTagValueBytes} */
  text(tag: number, value: string | undefined): this {
    if (value === undefined) return this;
    const bytes = encodeText(value);
    return this.#tag(tag, bytes.length).#append(bytes);
  }

  /**
   * The pairs of user metadata.
   * @throws RpcError `invalid_argument` for a bad key or value, `resource_exhausted` above the limits
   */
  metadata(pairs: Iterable<readonly [key: string, value: string]> | undefined, limits: Limits): this {
    if (pairs === undefined) return this;
    let entries = 0;
    let total = 0;
    for (const [key, value] of pairs) {
      const bytes = encodePair(key, value, limits);
      total += bytes.length - 1;
      if (++entries > limits.maxMetadataEntries) throw limitError("entries", entries, limits.maxMetadataEntries);
      if (total > limits.maxMetadataBytes) throw limitError("bytes", total, limits.maxMetadataBytes);
      this.#tag(HeaderTag.metadata, bytes.length).#append(bytes);
    }
    return this;
  }

  /** Everything so far, in one piece. */
  finish(): Uint8Array {
    return this.#parts.length === 0 ? emptyHeader : joinBytes(this.#parts, this.#length);
  }

  #tag(tag: number, length: number): this {
    if (length > maxTagValueBytes)
      throw new RangeError(`A header value may have ${maxTagValueBytes} bytes; found ${length}.`);
    return this.#append(
      length < 0x80 ? Uint8Array.of(tag, length) : Uint8Array.of(tag, (length & 0x7f) | 0x80, length >>> 7),
    );
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
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
