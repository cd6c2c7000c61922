import { codeFromNumber } from "../errors/code.ts";
import { isReason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { retryNever } from "../protocol/frame.ts";
import { type Header, numberOf, textOf } from "./frames.ts";
import type { RemoteFailure } from "./lane.ts";
import { metadataOf } from "./reply-metadata.ts";
import {
  errorCodeTag,
  errorDetailsTag,
  errorIdTag,
  errorMessageTag,
  errorReasonTag,
  errorTypeTag,
  retryAfterTag,
} from "./numbers.ts";

const maxMessageLength = 1024;
const maxDetailsBytes = 4 * 1024;
const maxNameLength = 256;

/** What an error frame says [ERR-1, ERR-2]. */
export function failureOf(header: Header, body: Uint8Array): [error: RpcError, remote: RemoteFailure] {
  const text = (tag: number): string | undefined =>
    header.values.has(tag) ? textOf(header.values.get(tag)) : undefined;
  const reason = text(errorReasonTag) ?? "";
  const retryAfter = numberOf(header, retryAfterTag);
  const error = new RpcError({
    code: codeFromNumber(numberOf(header, errorCodeTag)),
    reason: isReason(reason) ? reason : "application",
    message: (text(errorMessageTag) ?? "").slice(0, maxMessageLength),
    errorId: text(errorIdTag)?.slice(0, maxNameLength),
    details: decodeDetails(text(errorDetailsTag)),
    metadata: header.pairs.length > 0 ? metadataOf(header) : undefined,
    retryAfterMs: retryAfter < 0 ? undefined : retryAfter === retryNever ? Infinity : retryAfter,
    origin: "remote",
  });
  return [error, { typeName: text(errorTypeTag), body }];
}

function decodeDetails(text = ""): readonly unknown[] {
  try {
    const value: unknown = text.length > maxDetailsBytes ? [] : JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
