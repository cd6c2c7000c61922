import { takeMemory } from "../environment/memory.ts";
import {
  FrameFlag,
  fixedBytes,
  frameMagicHigh,
  frameMagicLow,
  GoawayCode,
  ignorableBit,
  lastKind,
  type ProtocolFault,
  protocolVersion,
} from "./frame.ts";

/** Who gets the frames. `reader`'s fields describe the frame and are valid only during the call. */
export interface FrameSink {
  /** A complete frame of a known kind, or of an unknown one that may be ignored. */
  onFrame(reader: FrameReader): void;
  /** A breach; nothing is read any more. */
  onFault(fault: ProtocolFault): void;
}

/** What a reader checks before it takes memory for a frame. */
export interface FrameReaderLimits {
  readonly maxFrameBytes: number;
  readonly maxHeaderBytes: number;
}

const smallBuffer = 4 * 1024;
/** Once so much of a frame has arrived, memory for all of it is taken at once; less has to grow with what arrives. */
const trustedBytes = 16 * 1024;

/**
 * Cuts bytes, in pieces of any size, into frames. Frames that lie whole in a piece are read where they lie; only one that is
 * cut is copied, into memory that grows with what arrives and never by what a length field claims.
 */
export class FrameReader {
  /** Memory that holds the current frame; of its body only {@link FrameReader.body} knows the place. */
  bytes: Uint8Array;
  kind: number;
  serialization: number;
  flags: number;
  idHigh: number;
  idLow: number;
  headerStart: number;
  /** End of the header, start of the body. */
  bodyStart: number;
  bodyEnd: number;
  private readonly sink: FrameSink;
  private readonly limits: FrameReaderLimits;
  private partial: Uint8Array;
  private partialLength: number;
  /** The body of a cut frame of which enough has arrived. */
  private large: Uint8Array | undefined;
  private largeLength: number;
  private ownBody: Uint8Array | undefined;
  private stopped: boolean;

  constructor(sink: FrameSink, limits: FrameReaderLimits) {
    this.bytes = emptyBytes;
    this.kind = 0;
    this.serialization = 0;
    this.flags = 0;
    this.idHigh = 0;
    this.idLow = 0;
    this.headerStart = 0;
    this.bodyStart = 0;
    this.bodyEnd = 0;
    this.sink = sink;
    this.limits = limits;
    this.partial = emptyBytes;
    this.partialLength = 0;
    this.large = undefined;
    this.largeLength = 0;
    this.ownBody = undefined;
    this.stopped = false;
  }

  /** True while some bytes of a frame have arrived and others have not. */
  get isPartial(): boolean {
    return this.partialLength > 0;
  }

  /** The body: a view of {@link FrameReader.bytes}; or memory of its own, all of it, which nobody else uses afterwards. */
  body(): Uint8Array {
    return this.ownBody ?? this.bytes.subarray(this.bodyStart, this.bodyEnd);
  }

  /** Bytes of the whole frame. */
  get frameBytes(): number {
    return fixedBytes + this.bodyEnd - this.headerStart;
  }

  /** No frame is reported any more, not even from bytes already given. */
  stop(): void {
    this.stopped = true;
    this.partial = emptyBytes;
    this.partialLength = 0;
    this.large = undefined;
    this.largeLength = 0;
  }

  /** Takes the next bytes, which may be reused once this returns. */
  push(chunk: Uint8Array): void {
    let at = 0;
    if (this.partialLength > 0) at = this.complete(chunk);
    while (!this.stopped && chunk.length - at >= fixedBytes) {
      const payload = this.readFixed(chunk, at);
      if (payload < 0) return;
      if (chunk.length - at < fixedBytes + payload) break;
      this.report(chunk, at, payload);
      at += fixedBytes + payload;
    }
    if (!this.stopped && at < chunk.length) this.complete(at === 0 ? chunk : chunk.subarray(at));
  }

  /** Fills the cut frame from `chunk`. @returns how much of `chunk` was used */
  private complete(chunk: Uint8Array): number {
    let used = 0;
    if (this.partialLength < fixedBytes) {
      used = Math.min(fixedBytes - this.partialLength, chunk.length);
      this.keep(chunk, 0, used);
      if (this.partialLength < fixedBytes) return used;
    }
    const payload = this.readFixed(this.partial, 0);
    if (payload < 0) return used;
    const missing = fixedBytes + payload - this.partialLength - this.largeLength;
    const end = used + Math.min(missing, chunk.length - used);
    const isComplete = end - used === missing;
    const arrived = this.partialLength + end - used;
    if (this.large === undefined && arrived >= Math.max(trustedBytes, this.bodyStart))
      used = this.trust(chunk, used, payload);
    if (this.large === undefined) this.keep(chunk, used, end);
    else this.fill(this.large, chunk.subarray(used, end));
    if (isComplete) this.reportKept(payload);
    return end;
  }

  /** Gives the body memory of its own, for all of it, and what has arrived of it a place there. @returns how much of `chunk` was used */
  private trust(chunk: Uint8Array, used: number, payload: number): number {
    const headerEnd = this.bodyStart;
    let end = used;
    if (this.partialLength < headerEnd) {
      end = used + headerEnd - this.partialLength;
      this.keep(chunk, used, end);
    }
    // Not zeroed: it is seen only once it is full.
    this.large = takeMemory(fixedBytes + payload - headerEnd);
    this.fill(this.large, this.partial.subarray(headerEnd, this.partialLength));
    this.partialLength = headerEnd;
    return end;
  }

  private fill(large: Uint8Array, bytes: Uint8Array): void {
    large.set(bytes, this.largeLength);
    this.largeLength += bytes.length;
  }

  private reportKept(payload: number): void {
    const bytes = this.partial;
    this.partialLength = 0;
    if (bytes.length > smallBuffer) this.partial = emptyBytes;
    this.ownBody = this.large;
    this.large = undefined;
    this.largeLength = 0;
    this.report(bytes, 0, payload);
    this.ownBody = undefined;
  }

  private keep(chunk: Uint8Array, from: number, to: number): void {
    const length = this.partialLength + to - from;
    if (length > this.partial.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(this.partial.length * 2, 65_536), 256));
      grown.set(this.partial.subarray(0, this.partialLength));
      this.partial = grown;
    }
    this.partial.set(chunk.subarray(from, to), this.partialLength);
    this.partialLength = length;
  }

  /** Checks the fixed part [FRM-1..9]. @returns length of the payload, or -1 after a fault */
  private readFixed(bytes: Uint8Array, at: number): number {
    if (bytes[at] !== frameMagicHigh || bytes[at + 1] !== frameMagicLow) return this.fault(magicFault(bytes, at));
    if (bytes[at + 2] !== protocolVersion) return this.fault(versionFault(bytes[at + 2] as number));
    const kind = bytes[at + 3] as number;
    const payload = uint32(bytes, at + 4);
    const headerLength = ((bytes[at + 8] as number) << 8) | (bytes[at + 9] as number);
    const flags = bytes[at + 11] as number;
    const isKnown = kind >= 1 && kind <= lastKind;
    if (!isKnown && (kind & ignorableBit) === 0) return this.fault(kindFault(kind));
    if (headerLength > payload) return this.fault(headerFault(headerLength, payload));
    if (headerLength > this.limits.maxHeaderBytes) return this.fault(headerLimitFault(headerLength, this.limits));
    const body = payload - headerLength;
    if (body > this.limits.maxFrameBytes) return this.fault(lengthFault(body, this.limits.maxFrameBytes));
    if (isKnown && (flags & FrameFlag.reserved) !== 0) return this.fault(flagsFault(flags));
    this.kind = kind;
    this.flags = flags;
    this.headerStart = at + fixedBytes;
    this.bodyStart = this.headerStart + headerLength;
    return payload;
  }

  private report(bytes: Uint8Array, at: number, payload: number): void {
    this.bytes = bytes;
    this.serialization = bytes[at + 10] as number;
    this.idHigh = uint32(bytes, at + 12);
    this.idLow = uint32(bytes, at + 16);
    this.bodyEnd = at + fixedBytes + payload;
    this.sink.onFrame(this);
    this.bytes = emptyBytes;
  }

  private fault(fault: ProtocolFault): number {
    this.stop();
    this.sink.onFault(fault);
    return -1;
  }
}

const emptyBytes = new Uint8Array(0);

function uint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

function magicFault(bytes: Uint8Array, at: number): ProtocolFault {
  const found = [bytes[at], bytes[at + 1]].map((byte) => (byte ?? 0).toString(16).padStart(2, "0")).join("");
  return protocol(`A frame must begin with 3bef; found ${found}.`);
}

function versionFault(version: number): ProtocolFault {
  return protocol(`The version of a frame must be ${protocolVersion}; found ${version}.`);
}

function kindFault(kind: number): ProtocolFault {
  return protocol(`The frame kind ${kind} is not known and may not be ignored.`);
}

function flagsFault(flags: number): ProtocolFault {
  return protocol(`The high bit of the flags must be 0; found 0x${flags.toString(16)}.`);
}

function headerFault(headerLength: number, payload: number): ProtocolFault {
  return protocol(`A header of ${headerLength} bytes does not fit a frame of ${payload} bytes.`);
}

function headerLimitFault(headerLength: number, limits: FrameReaderLimits): ProtocolFault {
  const message = `A header may have ${limits.maxHeaderBytes} bytes; found ${headerLength}.`;
  return { code: GoawayCode.frameSize, message };
}

function lengthFault(length: number, limit: number): ProtocolFault {
  return { code: GoawayCode.frameSize, message: `The body of a frame may have ${limit} bytes; found ${length}.` };
}

function protocol(message: string): ProtocolFault {
  return { code: GoawayCode.protocol, message };
}
