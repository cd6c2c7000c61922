import { copyBytes, decodeText, isText } from "./bytes.ts";
import { HeaderTag, ignorableBit, traceContextBytes } from "./frame.ts";
import { decodeTraceIds, type TraceContext } from "./trace.ts";
import type { Limits } from "./limits.ts";

/** What {@link HeaderReader.read} found. */
export type HeaderVerdict =
  | "ok"
  /** The bytes are not a run of tag, length, value, or a value has the wrong size [HDR-2, HDR-6]. */
  | "malformed"
  /** A tag that is not known and may not be skipped [HDR-4]. */
  | "unsupported"
  /** More user metadata than the limits allow [HDR-9]. */
  | "metadata_limit"
  /** A key or value outside the alphabet [HDR-8]. */
  | "metadata_invalid";

const seenBits = 32;
const noBytes = new Uint8Array(0);
/** In place of a length that is none: no header has so many bytes. */
const tooLong = 0x10000;

/**
 * Reads headers: numbers at once, text and metadata only when asked. One per connection, used again for every frame; values are valid until the
 * next {@link read}.
 */
export class HeaderReader {
  methodId: number;
  /** Microseconds that remain; -1: no deadline. */
  deadlineMicros: number;
  credit: number;
  errorCode: number;
  goawayCode: number;
  attempt: number;
  priority: number;
  retryAfter: number;
  metadataEntries: number;
  metadataBytes: number;
  private readonly limits: Limits;
  private bytes: Uint8Array;
  private start: number;
  private end: number;
  private seen: number;
  private seenIgnorable: number;

  constructor(limits: Limits) {
    this.methodId = 0;
    this.deadlineMicros = -1;
    this.credit = 0;
    this.errorCode = 0;
    this.goawayCode = 0;
    this.attempt = 0;
    this.priority = -1;
    this.retryAfter = -1;
    this.metadataEntries = 0;
    this.metadataBytes = 0;
    this.limits = limits;
    this.bytes = noBytes;
    this.start = 0;
    this.end = 0;
    this.seen = 0;
    this.seenIgnorable = 0;
  }

  /** Reads the header at `start` to `end`. After anything but `ok` the fields mean nothing. */
  read(bytes: Uint8Array, start: number, end: number): HeaderVerdict {
    this.reset(bytes, start, end);
    let verdict: HeaderVerdict = "ok";
    let at = start;
    while (at < end) {
      const tag = bytes[at++] as number;
      let length = at < end ? (bytes[at++] as number) : tooLong;
      if (length >= 0x80) {
        // Behind the end it may be anything: nothing fits there.
        const high = bytes[at++] as number;
        length = high === 0 || high >= 0x80 ? tooLong : (length & 0x7f) | (high << 7);
      }
      if (length > end - at) return "malformed";
      const found = this.value(tag, at, length);
      if (found === "malformed") return found;
      if (verdict === "ok") verdict = found;
      at += length;
    }
    return verdict;
  }

  /** Lets go of the memory that the last header lies in. */
  forget(): void {
    this.bytes = noBytes;
    this.end = this.start;
  }

  /** Text of the first value with this tag; undefined when absent. Invalid UTF-8 was refused by {@link read}. */
  text(tag: number): string | undefined {
    const place = this.find(tag);
    return place === undefined ? undefined : decodeText(this.bytes, ...place);
  }

  /** Where the call stands in a trace; undefined when the header does not say. */
  trace(): TraceContext | undefined {
    const place = this.find(HeaderTag.traceContext);
    const ids = place === undefined ? undefined : decodeTraceIds(this.bytes.subarray(...place));
    if (ids === undefined) return undefined;
    return { ...ids, state: this.text(HeaderTag.traceState), baggage: this.text(HeaderTag.baggage) };
  }

  /** True when the tag was there. */
  has(tag: number): boolean {
    const seen = tag >= ignorableBit ? this.seenIgnorable : this.seen;
    return (seen & (1 << (tag & (seenBits - 1)))) !== 0;
  }

  /** A copy of the whole header, to read metadata from later; undefined when it has none. */
  retainMetadata(): Uint8Array | undefined {
    return this.metadataEntries === 0 ? undefined : copyBytes(this.bytes, this.start, this.end);
  }

  private reset(bytes: Uint8Array, start: number, end: number): void {
    this.methodId = 0;
    this.deadlineMicros = -1;
    this.credit = 0;
    this.errorCode = 0;
    this.goawayCode = 0;
    this.attempt = 0;
    this.priority = -1;
    this.retryAfter = -1;
    this.metadataEntries = 0;
    this.metadataBytes = 0;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.seen = 0;
    this.seenIgnorable = 0;
  }

  private value(tag: number, at: number, length: number): HeaderVerdict {
    if (tag === HeaderTag.metadata) return this.pair(at, length);
    if (!isKnownTag(tag)) return tag >= ignorableBit ? "ok" : "unsupported";
    if (this.has(tag)) return "malformed";
    if (tag >= ignorableBit) this.seenIgnorable |= 1 << (tag & (seenBits - 1));
    else this.seen |= 1 << tag;
    if (isTextTag(tag)) return isText(this.bytes, at, at + length) ? "ok" : "malformed";
    if (tag === HeaderTag.traceContext) return length === traceContextBytes ? "ok" : "malformed";
    const value = length >= 1 && length <= 8 ? readNumber(this.bytes, at, length) : -1;
    if (value < 0) return "malformed";
    this.number(tag, value);
    return "ok";
  }

  private number(tag: number, value: number): void {
    if (tag === HeaderTag.methodId) this.methodId = value;
    else if (tag === HeaderTag.deadline) this.deadlineMicros = value;
    else if (tag === HeaderTag.credit) this.credit = value;
    else if (tag === HeaderTag.errorCode) this.errorCode = value;
    else if (tag === HeaderTag.goawayCode) this.goawayCode = value;
    else if (tag === HeaderTag.attempt) this.attempt = value;
    else if (tag === HeaderTag.priority) this.priority = value;
    else this.retryAfter = value;
  }

  /** One pair: length of the key in one byte, key, value [HDR-7]. */
  private pair(at: number, length: number): HeaderVerdict {
    const keyLength = length === 0 ? 0 : (this.bytes[at] as number);
    if (keyLength === 0 || keyLength + 1 > length) return "malformed";
    const valueLength = length - 1 - keyLength;
    this.metadataEntries++;
    this.metadataBytes += keyLength + valueLength;
    const limits = this.limits;
    if (this.metadataEntries > limits.maxMetadataEntries || this.metadataBytes > limits.maxMetadataBytes) {
      return "metadata_limit";
    }
    if (keyLength > limits.maxMetadataKeyBytes || valueLength > limits.maxMetadataValueBytes) return "metadata_limit";
    const keyEnd = at + 1 + keyLength;
    for (let index = at + 1; index < keyEnd; index++) {
      if (!isKeyByte(this.bytes[index] as number)) return "metadata_invalid";
    }
    return isText(this.bytes, keyEnd, at + length) ? "ok" : "metadata_invalid";
  }

  private find(tag: number): readonly [start: number, end: number] | undefined {
    // Stryker disable next-line ConditionalExpression: the walk says the same, later
    if (!this.has(tag)) return undefined;
    for (const [found, at, length] of headerEntries(this.bytes, this.start, this.end)) {
      if (found === tag) return [at, at + length];
    }
    return undefined;
  }
}

/** The pairs of a header that {@link HeaderReader.retainMetadata} kept. */
export function decodeMetadata(header: Uint8Array | undefined): readonly (readonly [key: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  if (header === undefined) return pairs;
  for (const [tag, at, length] of headerEntries(header, 0, header.length)) {
    if (tag !== HeaderTag.metadata) continue;
    const keyEnd = at + 1 + (header[at] as number);
    pairs.push([decodeText(header, at + 1, keyEnd), decodeText(header, keyEnd, at + length)]);
  }
  return pairs;
}

/** Walks a header that {@link HeaderReader.read} has accepted. */
export function* headerEntries(
  bytes: Uint8Array,
  start: number,
  end: number,
): Generator<readonly [tag: number, at: number, length: number]> {
  let at = start;
  while (at < end) {
    const tag = bytes[at++] as number;
    let length = bytes[at++] as number;
    if (length >= 0x80) length = (length & 0x7f) | ((bytes[at++] as number) << 7);
    yield [tag, at, length];
    at += length;
  }
}

/** True for `[a-z0-9._-]`. */
export function isKeyByte(byte: number): boolean {
  return (
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e || byte === 0x5f
  );
}

function isKnownTag(tag: number): boolean {
  return tag > ignorableBit ? tag <= HeaderTag.metadata : tag >= 1 && tag <= HeaderTag.goawayCode;
}

function isTextTag(tag: number): boolean {
  return (
    tag === HeaderTag.methodPath ||
    (tag >= HeaderTag.errorReason && tag <= HeaderTag.errorDetails) ||
    (tag >= HeaderTag.traceState && tag <= HeaderTag.errorId)
  );
}

/** Big-endian, 1 to 8 bytes. @returns -1 above 2^53 - 1 */
function readNumber(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let index = at; index < at + length; index++) value = value * 256 + (bytes[index] as number);
  return Number.isSafeInteger(value) ? value : -1;
}
