import { LazyItem } from "../call/lazy-item.ts";
import type { MethodType } from "../call/method-type.ts";
import { decodeBody, encodeBody, encodeBodyToCopy, type MemoryOwner } from "../codec/body.ts";
import { decompress } from "../compression/decompress.ts";
import type { Serialization } from "../connection/connection.ts";
import type { AttemptScope } from "./attempt-scope.ts";
import type { ClientCallState } from "./client-call.ts";
import { brokenRequest, unreadableReply } from "./client-errors.ts";

/** The body of a request; a small one lies in lent memory. @throws RpcError when it breaks the constraints of its schema, or cannot be encoded */
export function encodeRequest(
  { validate }: Pick<AttemptScope, "validate">,
  call: ClientCallState,
  request: unknown,
  format: Serialization,
): Uint8Array {
  if (validate) checkRequest(call.method, request);
  const body = encodeBodyToCopy(call.method.request, request, format);
  call.bytesSent += body.length;
  return body;
}

/** The body of an item, in memory of its own. @throws RpcError as {@link encodeRequest} does */
export function encodeItem(
  { validate }: Pick<AttemptScope, "validate">,
  method: MethodType,
  item: unknown,
  format: Serialization,
): Uint8Array {
  if (validate) checkRequest(method, item);
  return encodeBody(method.request, item, format);
}

/** @throws RpcError when a message breaks the constraints of its schema */
function checkRequest(method: MethodType, message: unknown): void {
  const violations = method.request.validate(message);
  if (violations.length > 0) throw brokenRequest(method, violations);
}

/**
 * The message in the body of a reply.
 * @param owner is told what memory the message takes
 * @throws RpcError when there is none
 */
export function decodeReply(method: MethodType, body: Uint8Array, format: Serialization, owner?: MemoryOwner): unknown {
  try {
    return decodeBody(method.response, body, format, owner);
  } catch (error) {
    throw unreadableReply(method, error);
  }
}

/** A compressed item, decompressed when its reader comes to it, so that no more than one at a time is large. */
export function packedItem(
  { scope, method }: { readonly scope: AttemptScope; readonly method: MethodType },
  body: Uint8Array,
  number: number,
  { read, fail }: { read(plain: Uint8Array): unknown; fail(error: unknown): void },
): LazyItem<unknown> {
  const kept = new Uint8Array(body);
  return new LazyItem(async () => {
    try {
      return read(await unpackReply(scope, method, { body: kept, number }));
    } catch (error) {
      fail(error);
      throw error;
    }
  });
}

/** The body of a reply as it was before it was compressed. @param number of the compressor @throws RpcError, or rejects with it */
export function unpackReply(
  { compression, maxMessageBytes }: Pick<AttemptScope, "compression" | "maxMessageBytes">,
  method: MethodType,
  { body, number }: { readonly body: Uint8Array; readonly number: number },
): Uint8Array | Promise<Uint8Array> {
  const compressor = compression.find(number);
  if (compressor === undefined) throw unreadableReply(method, `the compressor ${number} is not known`);
  return decompress(compressor, body, maxMessageBytes);
}
