import type { Reason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** An error made here. */
export function fault(reason: Reason, message: string, cause?: unknown): RpcError {
  return new RpcError({ reason, message, cause });
}
