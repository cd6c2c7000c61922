import { codeFromNumber } from "../errors/code.ts";
import { isReason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { HeaderTag, retryNever } from "../protocol/frame.ts";
import { type Header, numberOf, textOf } from "./frames.ts";
import type { RemoteFailure } from "./lane.ts";
import { metadataOf } from "./reply-metadata.ts";

const maxMessageLength = 1024;
const maxDetailsBytes = 4 * 1024;
const maxNameLength = 256;

/** What an error frame says [ERR-1, ERR-2]. */
export function failureOf(
  header: Header,
  body: Uint8Array,
): { readonly error: RpcError; readonly remote: RemoteFailure } {
  const text = (tag: number): string | undefined =>
    header.values.has(tag) ? textOf(header.values.get(tag)) : undefined;
  const reason = text(HeaderTag.errorReason) ?? "";
  const retryAfter = numberOf(header, HeaderTag.retryAfter);
  const error = new RpcError({
    code: codeFromNumber(numberOf(header, HeaderTag.errorCode)),
    reason: isReason(reason) ? reason : "application",
    message: (text(HeaderTag.errorMessage) ?? "").slice(0, maxMessageLength),
    errorId: text(HeaderTag.errorId)?.slice(0, maxNameLength),
    details: decodeDetails(text(HeaderTag.errorDetails)),
    metadata: header.pairs.length > 0 ? metadataOf(header) : undefined,
    retryAfterMs: retryAfter < 0 ? undefined : retryAfter === retryNever ? Infinity : retryAfter,
    origin: "remote",
  });
  return { error, remote: { typeName: text(HeaderTag.errorType), body } };
}

function decodeDetails(text = ""): readonly unknown[] {
  try {
    const value: unknown = text.length > maxDetailsBytes ? [] : JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
