import type { ErrorType } from "../call/declared-error.ts";
import type { MethodType } from "../call/method-type.ts";
import { decodeBody } from "../codec/body.ts";
import type { RemoteFailure } from "../connection/connection.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** The declared error that came over the wire; the plain one when the method does not declare it or its data cannot be read. */
export function reviveError(method: MethodType, error: RpcError, failure: RemoteFailure | undefined): RpcError {
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
