import type { ErrorType } from "../call/declared-error.ts";
import type { MethodType } from "../call/method-type.ts";
import { decodeBody } from "../codec/body.ts";
import type { RemoteFailure } from "../connection/connection.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** What the caller gets for an error of its call: declared ones revived, unknown methods named (only their number travels). */
export function remoteError(method: MethodType, error: RpcError, failure: RemoteFailure | undefined): RpcError {
  if (error.origin === "remote" && (error.reason === "unknown_method" || error.reason === "unknown_service")) {
    const { code, reason, origin, retryAfterMs } = error;
    return new RpcError({ code, reason, origin, retryAfterMs, message: `${method.path}: ${error.message}` });
  }
  return reviveError(method, error, failure);
}

/** The declared error that came over the wire; the plain one when the method does not declare it or its data cannot be read. */
function reviveError(method: MethodType, error: RpcError, failure: RemoteFailure | undefined): RpcError {
  if (failure?.errorType === undefined) return error;
  const type = method.errors.find((declared) => declared.typeName === failure.errorType);
  return type === undefined ? error : decodeDeclared(type, error, failure);
}

function decodeDeclared(type: ErrorType, error: RpcError, failure: RemoteFailure): RpcError {
  try {
    return type.create(decodeBody(type.data, failure.body, failure.serialization), error.message);
  } catch {
    return error;
  }
}
