import { readFileSync } from "node:fs";
import { FrameReader, type FrameSink } from "../../../runtime/protocol/frame-reader.ts";
import type { ProtocolFault } from "../../../runtime/protocol/frame.ts";
import { FrameWriter } from "../../../runtime/protocol/frame-writer.ts";
import { headerEntries, HeaderReader } from "../../../runtime/protocol/header-reader.ts";
import { defaultLimits } from "../../../runtime/protocol/limits.ts";

export interface FrameValue {
  readonly kind: number;
  readonly serialization: number;
  readonly flags: number;
  readonly id: string;
  readonly header: readonly { readonly tag: number; readonly hex: string }[];
  readonly body: string;
}

export interface FrameVector {
  readonly id: string;
  readonly clauses: readonly string[];
  readonly note: string;
  readonly hex: string;
  readonly frame?: FrameValue;
  readonly fault?: number;
  readonly verdict?: string;
}

export const frameVectors: readonly FrameVector[] = readJson("frames.json");

export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../conformance/${name}`, import.meta.url), "utf8")) as T;
}

export type SeenEvent = FrameValue | { readonly fault: number } | { readonly verdict: string };

/** What a reader reports for these pieces. */
export function readFrames(pieces: readonly Uint8Array[]): SeenEvent[] {
  const events: SeenEvent[] = [];
  const header = new HeaderReader(defaultLimits);
  const sink: FrameSink = {
    onFrame(reader) {
      const isSkipped = reader.kind >= 0x80;
      const verdict = isSkipped ? "ok" : header.read(reader.bytes, reader.headerStart, reader.bodyStart);
      events.push(verdict === "ok" ? toValue(reader) : { verdict });
    },
    onFault: (fault: ProtocolFault) => void events.push({ fault: fault.code }),
  };
  const reader = new FrameReader(sink, defaultLimits);
  for (const piece of pieces) {
    const reused = new Uint8Array(piece);
    reader.push(reused);
    reused.fill(0xaa);
  }
  return events;
}

function toValue(reader: FrameReader): FrameValue {
  const { bytes, headerStart, bodyStart } = reader;
  return {
    kind: reader.kind,
    serialization: reader.serialization,
    flags: reader.flags,
    id: ((BigInt(reader.idHigh) << 32n) | BigInt(reader.idLow)).toString(),
    header: [...headerEntries(bytes, headerStart, bodyStart)].map(([tag, at, length]) => ({
      tag,
      hex: hex(bytes.subarray(at, at + length)),
    })),
    body: hex(reader.body()),
  };
}

/** The bytes that the writer makes of a frame. */
export function writeFrame(frame: FrameValue): Uint8Array {
  const header = Buffer.concat(frame.header.map(({ tag, hex: value }) => encodeTag(tag, Buffer.from(value, "hex"))));
  const body = Buffer.from(frame.body, "hex");
  const id = BigInt(frame.id);
  const writer = new FrameWriter();
  const { kind, serialization, flags } = frame;
  writer.begin(kind, serialization, flags, Number(id >> 32n), Number(id & 0xffffffffn), header.length, body.length);
  writer.copy(header);
  writer.copy(body);
  return collect(writer);
}

export function collect(writer: FrameWriter): Uint8Array {
  const parts: Uint8Array[] = [];
  writer.flush((bytes, onWritten) => {
    parts.push(new Uint8Array(bytes));
    onWritten();
    return true;
  });
  return Buffer.concat(parts);
}

export function encodeTag(tag: number, value: Uint8Array): Uint8Array {
  const length = value.length < 0x80 ? [value.length] : [(value.length & 0x7f) | 0x80, value.length >>> 7];
  return Buffer.concat([Uint8Array.from([tag, ...length]), value]);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

/** One piece per byte. */
export function bytewise(bytes: Uint8Array): Uint8Array[] {
  return [...bytes].map((byte) => Uint8Array.of(byte));
}
