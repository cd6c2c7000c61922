import type { MethodDescriptor } from "@rpcgen/runtime/descriptor";
import {
  codeName,
  FrameFlag,
  FrameKind,
  type FrameReader,
  GoawayCode,
  headerEntries,
  HeaderTag,
  laneMask,
} from "@rpcgen/runtime/protocol";
import { hexOf } from "./body.ts";
import { compressorName } from "./decompress.ts";
import type { SchemaIndex } from "./schema-index.ts";

/** One line below the head of a frame: what it is and its value. */
export type Detail = readonly [label: string, value: string];

const kindNames = namesOf(FrameKind);
const goawayNames = namesOf(GoawayCode);
const tagLabels: ReadonlyMap<number, string> = new Map([
  [HeaderTag.methodId, "method"],
  [HeaderTag.methodPath, "path"],
  [HeaderTag.deadline, "deadline"],
  [HeaderTag.credit, "credit"],
  [HeaderTag.errorCode, "error code"],
  [HeaderTag.errorReason, "error reason"],
  [HeaderTag.errorMessage, "error message"],
  [HeaderTag.errorType, "declared error"],
  [HeaderTag.errorDetails, "error details"],
  [HeaderTag.goawayCode, "goaway code"],
  [HeaderTag.attempt, "attempt"],
  [HeaderTag.priority, "priority"],
  [HeaderTag.traceContext, "trace context"],
  [HeaderTag.traceState, "trace state"],
  [HeaderTag.baggage, "baggage"],
  [HeaderTag.caller, "caller"],
  [HeaderTag.routeTags, "route tags"],
  [HeaderTag.errorId, "error id"],
  [HeaderTag.retryAfter, "retry after"],
  [HeaderTag.metadata, "metadata"],
]);
const numberTags: readonly number[] = [
  HeaderTag.methodId,
  HeaderTag.deadline,
  HeaderTag.credit,
  HeaderTag.errorCode,
  HeaderTag.goawayCode,
  HeaderTag.attempt,
  HeaderTag.priority,
  HeaderTag.retryAfter,
];
const units: ReadonlyMap<number, string> = new Map([
  [HeaderTag.deadline, " microseconds"],
  [HeaderTag.credit, " bytes"],
  [HeaderTag.retryAfter, " milliseconds"],
]);
const utf8 = new TextDecoder();

function namesOf(table: Readonly<Record<string, number>>): ReadonlyMap<number, string> {
  return new Map(Object.entries(table).map(([name, number]) => [number, name]));
}

/** Text from the wire, harmless on a terminal. */
export function printable(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("\\\\", "\\")
    .replaceAll(
      /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
      (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** The line that begins a frame: `request #1 · binary · end of stream · 8 bytes`. */
export function headOf(reader: FrameReader): string {
  const { kind, serialization, flags } = reader;
  const compressor = flags & FrameFlag.compressorMask;
  return [
    `${kindNames.get(kind) ?? `kind 0x${hex(kind, 2)}`}${idOf(reader)}`,
    ...(serialization === 0 ? [] : [["", "binary", "json"][serialization] ?? `serialization ${serialization}`]),
    ...(compressor === 0 ? [] : [compressorName(compressor)]),
    ...((flags & FrameFlag.endOfStream) === 0 ? [] : ["end of stream"]),
    ...((flags & FrameFlag.oneway) === 0 ? [] : ["one-way"]),
    ...((flags & FrameFlag.moreFollows) === 0 ? [] : ["more follows"]),
    `${reader.frameBytes} bytes`,
  ].join(" · ");
}

function idOf({ kind, idHigh, idLow }: FrameReader): string {
  if (kind === FrameKind.ping || kind === FrameKind.pong) return ` 0x${hex(idHigh, 8)}${hex(idLow, 8)}`;
  if (idHigh === 0 && idLow === 0) return "";
  const lane = idLow & laneMask;
  return ` #${idHigh * 65_536 + (idLow >>> 16)}${lane === 0 ? "" : ` lane ${lane}`}`;
}

/** The entries of a header that is well formed. */
export function headerDetails(reader: FrameReader, schema: SchemaIndex | undefined): readonly Detail[] {
  const { bytes, headerStart, bodyStart } = reader;
  return [...headerEntries(bytes, headerStart, bodyStart)].map(([tag, at, length]) => {
    const label = tagLabels.get(tag) ?? `tag 0x${hex(tag, 2)}`;
    return [label, valueOf(tag, bytes.subarray(at, at + length), schema)];
  });
}

function valueOf(tag: number, value: Uint8Array, schema: SchemaIndex | undefined): string {
  if (tag === HeaderTag.metadata) return pairOf(value);
  if (numberTags.includes(tag)) return numberOf(tag, value, schema);
  if (tag === HeaderTag.traceContext || !tagLabels.has(tag)) return hexOf(value);
  return printable(utf8.decode(value));
}

function pairOf(value: Uint8Array): string {
  const keyEnd = 1 + (value[0] ?? 0);
  return printable(`${utf8.decode(value.subarray(1, keyEnd))}: ${utf8.decode(value.subarray(keyEnd))}`);
}

function numberOf(tag: number, value: Uint8Array, schema: SchemaIndex | undefined): string {
  const number = value.reduce((total, byte) => total * 256 + byte, 0);
  if (tag === HeaderTag.methodId)
    return `0x${hex(number, 8)}${schema === undefined ? "" : pathOf(schema.method(number))}`;
  if (tag === HeaderTag.errorCode) return `${number} ${codeName(number)}`;
  if (tag === HeaderTag.goawayCode) return `${number} ${goawayNames.get(number) ?? "unknown"}`;
  return `${number}${units.get(tag) ?? ""}`;
}

function pathOf(method: MethodDescriptor | undefined): string {
  return method === undefined ? " (not in the schema)" : ` ${method.path}`;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}
