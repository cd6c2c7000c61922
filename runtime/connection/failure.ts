import { codeFromNumber } from "../errors/code.ts";
import { isReason, reasons } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { decodeText, encodeText } from "../protocol/bytes.ts";
import { HeaderTag, retryNever } from "../protocol/frame.ts";
import { decodeMetadata, type HeaderReader } from "../protocol/header-reader.ts";
import { HeaderWriter } from "../protocol/header-writer.ts";
import type { Limits } from "../protocol/limits.ts";
import type { OutgoingFailure } from "./connection.ts";

const maxMessageLength = 1024;
const maxDetailsBytes = 4 * 1024;
const maxNameLength = 256;

/** The header of an error frame [ERR-2]. Never throws: metadata that breaks a rule is left out. */
export function encodeFailure(failure: OutgoingFailure, limits: Limits): Uint8Array {
  const { error } = failure;
  const header = new HeaderWriter().number(HeaderTag.errorCode, error.code);
  header.text(HeaderTag.errorReason, sentReason(failure));
  if (error.message !== "") header.text(HeaderTag.errorMessage, cutText(error.message, maxMessageLength));
  header.text(HeaderTag.errorType, failure.errorType);
  header.text(HeaderTag.errorDetails, encodeDetails(error.details));
  if (error.errorId !== undefined) header.text(HeaderTag.errorId, error.errorId.slice(0, maxNameLength));
  if (error.retryAfterMs !== undefined) header.number(HeaderTag.retryAfter, toRetryAfter(error.retryAfterMs));
  try {
    return header.metadata(error.metadata, limits).finish();
  } catch {
    return header.finish();
  }
}

/** The error of an error frame whose header has just been read. */
export function decodeFailure(header: HeaderReader): RpcError {
  const reason = header.text(HeaderTag.errorReason) ?? "";
  const metadata = header.retainMetadata();
  return new RpcError({
    code: codeFromNumber(header.errorCode),
    reason: isReason(reason) ? reason : "application",
    message: (header.text(HeaderTag.errorMessage) ?? "").slice(0, maxMessageLength),
    errorId: header.text(HeaderTag.errorId)?.slice(0, maxNameLength),
    details: decodeDetails(header.text(HeaderTag.errorDetails)),
    metadata: metadata === undefined ? undefined : decodeMetadata(metadata),
    retryAfterMs: decodeRetryAfter(header),
    origin: "remote",
  });
}

/** As {@link RpcError.retryAfterMs}. */
function decodeRetryAfter(header: HeaderReader): number | undefined {
  if (header.retryAfter < 0) return undefined;
  return header.retryAfter === retryNever ? Infinity : header.retryAfter;
}

function sentReason({ error, notStarted }: OutgoingFailure): string {
  return reasons[error.reason].retryable && notStarted !== true ? "application" : error.reason;
}

function toRetryAfter(milliseconds: number): number {
  return milliseconds === Infinity ? retryNever : Math.min(Math.max(0, Math.ceil(milliseconds)), retryNever - 1);
}

function encodeDetails(details: readonly unknown[]): string | undefined {
  if (details.length === 0) return undefined;
  try {
    const text = JSON.stringify(details);
    return encodeText(text).length <= maxDetailsBytes ? text : undefined;
  } catch {
    return undefined;
  }
}

function decodeDetails(text: string | undefined): readonly unknown[] {
  if (text === undefined || text.length > maxDetailsBytes) return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** At most `maxBytes` of UTF-8, never half a character. */
function cutText(text: string, maxBytes: number): string {
  const wellFormed = encodeText(text.slice(0, maxBytes));
  if (wellFormed.length <= maxBytes) return decodeText(wellFormed, 0, wellFormed.length);
  let end = maxBytes;
  while (((wellFormed[end] as number) & 0xc0) === 0x80) end--;
  return decodeText(wellFormed, 0, end);
}
