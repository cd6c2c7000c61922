import { RpcError } from "../errors/rpc-error.ts";

/** The error for bytes or values that the schema excludes: `invalid_argument`, reason `malformed_message`. */
export function malformed(message: string): RpcError {
  return new RpcError({ reason: "malformed_message", message });
}
