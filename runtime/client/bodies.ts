import type { MethodType } from "../call/method-type.ts";
import { decompress } from "../compression/decompress.ts";
import type { AttemptScope } from "./attempt-scope.ts";
import { brokenRequest, unreadableReply } from "./client-errors.ts";

/** @throws RpcError when a message breaks the constraints of its schema */
export function checkRequest(method: MethodType, message: unknown): void {
  const violations = method.request.validate(message);
  if (violations.length > 0) throw brokenRequest(method, violations);
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
