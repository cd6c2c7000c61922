import { fault } from "../errors/fault.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** The error for bytes or values that the schema excludes: `invalid_argument`, reason `malformed_message`. */
export function malformed(message: string): RpcError {
  return fault("malformed_message", message);
}
