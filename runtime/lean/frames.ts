import type { MetadataEntry } from "../call/metadata.ts";
import { maxKeyBytes, maxMetadataEntries, maxTotalBytes, maxValueBytes } from "../call/metadata-limits.ts";
import {
  fixedBytes,
  frameMagicHigh,
  frameMagicLow,
  type GoawayCode,
  ignorableBit,
  protocolVersion,
} from "../protocol/frame.ts";
import type { PageLimits } from "../protocol/limits.ts";
import {
  errorIdTag,
  errorReasonTag,
  frameSizeCode,
  goawayCodeTag,
  goawayKind,
  metadataTag,
  protocolCode,
  reservedFlag,
} from "./numbers.ts";

/** A frame that has arrived [FRM-1]. Header and body are views of what came. */
export interface Frame {
  readonly kind: number;
  readonly flags: number;
  readonly serialization: number;
  readonly idHigh: number;
  readonly idLow: number;
  readonly header: Header;
  readonly body: Uint8Array;
  /** Of the whole frame: what it costs in credit. */
  readonly bytes: number;
}

/** A header that has arrived: values by tag, pairs of metadata in order. */
export interface Header {
  readonly values: ReadonlyMap<number, Uint8Array>;
  readonly pairs: readonly MetadataEntry[];
  /** Why its call fails: a tag that is not known and may not be skipped [HDR-4], metadata that is none [HDR-8], or more than allowed [HDR-9]. */
  readonly fault: "unsupported" | "limit_exceeded" | undefined;
}

/** What the peer did that no peer may do: the connection ends with this code. */
export interface Breach {
  readonly code: GoawayCode;
  readonly message: string;
}

export const noBytes: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text in UTF-8. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** @throws TypeError unless the bytes are UTF-8 */
export const textOf = (bytes: Uint8Array | undefined): string => decoder.decode(bytes);

/** Which call a frame belongs to. */
interface FrameId {
  readonly idHigh: number;
  readonly idLow: number;
}

/** The connection itself. */
export const noCall: FrameId = { idHigh: 0, idLow: 0 };

/** A frame to send. */
export function encodeFrame(
  kind: number,
  flags: number,
  { idHigh, idLow }: FrameId,
  header: Uint8Array = noBytes,
  body: Uint8Array = noBytes,
  serialization = 0,
): Uint8Array {
  const bytes = new Uint8Array(fixedBytes + header.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([frameMagicHigh, frameMagicLow, protocolVersion, kind]);
  view.setUint32(4, header.length + body.length);
  view.setUint16(8, header.length);
  bytes[10] = serialization;
  bytes[11] = flags;
  view.setUint32(12, idHigh);
  view.setUint32(16, idLow);
  bytes.set(header, fixedBytes);
  bytes.set(body, fixedBytes + header.length);
  return bytes;
}

/** One entry of a header. Numbers travel in four bytes [HDR-6]. */
export function entry(tag: number, value: number | string | Uint8Array): Uint8Array {
  const bytes =
    typeof value === "number"
      ? Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
      : typeof value === "string"
        ? utf8(value)
        : value;
  const { length } = bytes;
  return join([Uint8Array.from(length < 0x80 ? [tag, length] : [tag, length | 0x80, length >> 7]), bytes]);
}

/** One piece of all. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * @returns undefined when the bytes are not a run of tag, length, value, or a tag stands twice [HDR-1..6]
 * @throws TypeError for text that is not UTF-8
 */
export function decodeHeader(bytes: Uint8Array): Header | undefined {
  const values = new Map<number, Uint8Array>();
  const pairs: MetadataEntry[] = [];
  let fault: Header["fault"];
  let pairBytes = 0;
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    let length = bytes[at++] ?? Infinity;
    if (length >= 0x80) {
      const high = bytes[at++] ?? 0;
      if (high === 0) return undefined;
      length = (length & 0x7f) | (high << 7);
    }
    const value = bytes.subarray(at, (at += length));
    if (at > bytes.length || values.has(tag)) return undefined;
    if (tag === metadataTag) {
      const keyLength = value[0] || Infinity;
      if (keyLength >= length) return undefined;
      pairBytes += --length;
      const isTooLong = keyLength > maxKeyBytes || length - keyLength > maxValueBytes || pairBytes > maxTotalBytes;
      if (isTooLong || pairs.length >= maxMetadataEntries) fault ??= "limit_exceeded";
      else if (!readPair(value, keyLength + 1, pairs)) fault ??= "unsupported";
    } else {
      values.set(tag, value);
      if ((tag >= errorReasonTag && tag < goawayCodeTag) || tag === errorIdTag) textOf(value);
      if (tag === 0 || (tag > goawayCodeTag && tag < ignorableBit)) fault ??= "unsupported";
    }
  }
  return { values, pairs, fault };
}

/** @returns false unless key and value are text, the key of few letters [HDR-8] */
function readPair(bytes: Uint8Array, keyEnd: number, pairs: MetadataEntry[]): boolean {
  try {
    const key = textOf(bytes.subarray(1, keyEnd));
    return /^[a-z0-9._-]+$/.test(key) && pairs.push([key, textOf(bytes.subarray(keyEnd))]) > 0;
  } catch {
    return false;
  }
}

/** The header of what has none. */
export const noHeader: Header = /* @__PURE__ */ Object.freeze({ values: new Map(), pairs: [], fault: undefined });

/** The number under a tag; -1 where there is none. */
export function numberOf({ values }: Header, tag: number): number {
  const bytes = values.get(tag);
  return bytes === undefined ? -1 : bytes.reduce((value, byte) => value * 256 + byte, 0);
}

/** What cuts bytes, in pieces of any size, into frames. */
export interface FrameCutter {
  /** Some bytes of a frame have come, and others have not. */
  readonly isPartial: boolean;
  /** @returns the breach that ends the connection; undefined when all is well. `onFrame` may end it too, by giving one. */
  push(chunk: Uint8Array): Breach | undefined;
}

export function createFrameCutter(limits: PageLimits, onFrame: (frame: Frame) => Breach | undefined): FrameCutter {
  let parts: Uint8Array[] = [];
  let arrived = 0;
  let needed = fixedBytes;

  function push(chunk: Uint8Array): Breach | undefined {
    parts.push(chunk);
    arrived += chunk.length;
    // Pieces are joined twice per frame at most: once its length can be read, and when all of it is there.
    if (arrived < needed) return undefined;
    let rest = join(parts);
    for (;;) {
      needed = fixedBytes;
      if (rest.length >= needed) {
        const view = new DataView(rest.buffer, rest.byteOffset);
        const breach = breachOf(view, limits);
        if (breach !== undefined) return breach;
        needed += view.getUint32(4);
      }
      if (rest.length < needed) break;
      const breach = cut(rest.subarray(0, needed), onFrame);
      if (breach !== undefined) return breach;
      rest = rest.subarray(needed);
    }
    parts = [rest];
    arrived = rest.length;
    return undefined;
  }

  return {
    get isPartial() {
      return arrived > 0;
    },
    push,
  };
}

function cut(bytes: Uint8Array, onFrame: (frame: Frame) => Breach | undefined): Breach | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const bodyStart = fixedBytes + view.getUint16(8);
  let header: Header | undefined;
  try {
    header = decodeHeader(bytes.subarray(fixedBytes, bodyStart));
  } catch {
    // As malformed as what is no run of entries.
  }
  if (header === undefined) return breach("A header is not a run of tag, length and value.");
  return onFrame({
    kind: bytes[3] as number,
    flags: bytes[11] as number,
    serialization: bytes[10] as number,
    idHigh: view.getUint32(12),
    idLow: view.getUint32(16),
    header,
    body: bytes.subarray(bodyStart),
    bytes: bytes.length,
  });
}

/** Checks the fixed part, before more of the frame is taken in [FRM-2..8]. */
function breachOf(view: DataView, { maxFrameBytes, maxHeaderBytes }: PageLimits): Breach | undefined {
  const kind = view.getUint8(3);
  const length = view.getUint32(4);
  const headerLength = view.getUint16(8);
  const isKnown = kind >= 1 && kind <= goawayKind;
  const start = view.getUint32(0) >>> 8;
  if (start !== ((frameMagicHigh << 16) | (frameMagicLow << 8) | protocolVersion)) {
    return breach(`A frame must begin with 3bef01; found ${start.toString(16)}.`);
  }
  if (!isKnown && kind < ignorableBit) return breach(`The frame kind ${kind} is not known.`);
  if (headerLength > length || (isKnown && (view.getUint8(11) & reservedFlag) !== 0)) {
    return breach("The fixed part of a frame contradicts itself.");
  }
  if (headerLength <= maxHeaderBytes && length - headerLength <= maxFrameBytes) return undefined;
  return breach(`A frame of ${length} bytes is longer than allowed.`, frameSizeCode);
}

export function breach(message: string, code: GoawayCode = protocolCode): Breach {
  return { code, message };
}
