import { Code } from "../../errors/code.ts";
import type { RpcError } from "../../errors/rpc-error.ts";

const faults: ReadonlySet<Code> = new Set([
  Code.deadlineExceeded,
  Code.resourceExhausted,
  Code.internal,
  Code.unavailable,
  Code.dataLoss,
]);

/** True for an error that speaks against the endpoint, not against the request. Declared errors are answers. */
export function isEndpointFault(error: RpcError | undefined): boolean {
  return error !== undefined && error.reason !== "declared" && faults.has(error.code);
}
