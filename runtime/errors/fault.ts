import type { Reason } from "./reason.ts";
import { RpcError } from "./rpc-error.ts";

/** An error made here, with the code of its reason. */
export function fault(reason: Reason, message: string, cause?: unknown): RpcError {
  return new RpcError({ reason, message, cause });
}
