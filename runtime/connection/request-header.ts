import { HeaderTag } from "../protocol/frame.ts";
import type { HeaderWriter } from "../protocol/header-writer.ts";
import type { Limits } from "../protocol/limits.ts";
import {
  encodeTraceIds,
  isTraceContext,
  maxBaggageLength,
  maxTraceStateLength,
  type TraceContext,
} from "../protocol/trace.ts";
import type { OutgoingRequest } from "./connection.ts";

/** Bytes of a tag with a number of four bytes. */
export const hotTagBytes = 6;
/** Deadlines travel in four bytes: up to 71 minutes. */
export const maxDeadlineMicros = 0xffffffff;

/** What few requests have; it is written behind the tags that are in all of them. */
export function writeExtra(header: HeaderWriter, request: OutgoingRequest, limits: Limits): void {
  const { methodPath, attempt, priority, trace, metadata } = request;
  header.text(HeaderTag.methodPath, methodPath);
  if (attempt) header.number(HeaderTag.attempt, attempt);
  if (priority !== undefined) header.number(HeaderTag.priority, priority);
  if (trace !== undefined && isTraceContext(trace)) writeTrace(header, trace);
  header.metadata(metadata, limits);
}

function writeTrace(header: HeaderWriter, trace: TraceContext): void {
  const { state = "", baggage = "" } = trace;
  header.raw(HeaderTag.traceContext, encodeTraceIds(trace));
  if (state !== "" && state.length <= maxTraceStateLength) header.text(HeaderTag.traceState, state);
  if (baggage !== "" && baggage.length <= maxBaggageLength) header.text(HeaderTag.baggage, baggage);
}

/** The whole header, of a request that waits for its turn. @param extra what {@link writeExtra} wrote */
export function encodeRequestHeader(
  methodId: number,
  hasDeadline: boolean,
  micros: number,
  extra: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(hotTagBytes * (hasDeadline ? 2 : 1) + extra.length);
  putHotTag(header, 0, HeaderTag.methodId, methodId);
  if (hasDeadline) putHotTag(header, hotTagBytes, HeaderTag.deadline, micros);
  if (extra.length > 0) header.set(extra, header.length - extra.length);
  return header;
}

function putHotTag(header: Uint8Array, at: number, tag: number, value: number): void {
  header[at] = tag;
  header[at + 1] = 4;
  header[at + 2] = value >>> 24;
  header[at + 3] = value >>> 16;
  header[at + 4] = value >>> 8;
  header[at + 5] = value;
}
