import type { MethodType } from "../call/method-type.ts";
import { type BodyFormat, decodeBody, type MemoryOwner } from "../codec/body.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { violationError } from "../errors/violation-error.ts";

/**
 * The message in the body of a request or an item, checked against its constraints.
 * @param owner is told what memory the message takes; undefined: nobody
 * @throws RpcError `invalid_argument`; `resource_exhausted` for more bytes than the schema allows; what `owner` throws
 */
export function decodeRequest(
  method: MethodType,
  body: Uint8Array,
  format: BodyFormat,
  owner: MemoryOwner | undefined,
): unknown {
  const { maxMessageBytes } = method.policy;
  if (maxMessageBytes !== undefined && body.length > maxMessageBytes)
    throw tooLarge(method, body.length, maxMessageBytes);
  const message = decodeBody(method.request, body, format, owner);
  const violations = method.request.validate(message);
  if (violations.length > 0) throw violationError(`The request of ${method.path}`, violations);
  return message;
}

/** The error of a request for which the server has no memory. */
export function tooMuchRequested(): RpcError {
  return new RpcError({
    reason: "too_many_calls",
    message: "The requests in progress on this connection, or on all, take too much memory.",
  });
}

function tooLarge(method: MethodType, found: number, limit: number): RpcError {
  return new RpcError({
    reason: "limit_exceeded",
    message: `A message of ${method.path} has ${found} bytes; the schema allows ${limit}.`,
  });
}
