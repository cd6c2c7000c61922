import { traceContextBytes } from "./frame.ts";

/** Where a call stands in a trace, as W3C Trace Context and Baggage have it. */
export interface TraceContext {
  /** 32 hexadecimal digits, not all zero. */
  readonly traceId: string;
  /** Of the caller's span: 16 hexadecimal digits, not all zero. */
  readonly spanId: string;
  /** 0 to 255; the lowest bit: sampled. */
  readonly flags: number;
  /** `tracestate`, at most 512 characters. */
  readonly state?: string | undefined;
  /** `baggage`, at most 8,192 characters. */
  readonly baggage?: string | undefined;
}

/** What is longer is left out: half a list of a vendor means nothing. */
export const maxTraceStateLength = 512;
/** @see maxTraceStateLength */
export const maxBaggageLength = 8_192;

const hexId = /^(?!0+$)[0-9a-f]+$/;

/** True for identifiers that may travel. */
export function isTraceContext({ traceId, spanId, flags }: TraceContext): boolean {
  const hasIds = traceId.length === 32 && spanId.length === 16 && hexId.test(traceId) && hexId.test(spanId);
  return hasIds && Number.isInteger(flags) && flags >= 0 && flags <= 255;
}

/** The 25 bytes of the header. */
export function encodeTraceIds({ traceId, spanId, flags }: TraceContext): Uint8Array {
  const bytes = new Uint8Array(traceContextBytes);
  const digits = traceId + spanId;
  for (let index = 0; index < 24; index++) bytes[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  bytes[24] = flags;
  return bytes;
}

/** What {@link encodeTraceIds} wrote; undefined for identifiers of zeros, which mean none. */
export function decodeTraceIds(bytes: Uint8Array): TraceContext | undefined {
  let digits = "";
  for (let index = 0; index < 24; index++) digits += ((bytes[index] as number) + 0x100).toString(16).slice(1);
  const context = { traceId: digits.slice(0, 32), spanId: digits.slice(32), flags: bytes[24] as number };
  return isTraceContext(context) ? context : undefined;
}
