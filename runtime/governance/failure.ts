import { Code } from "../errors/code.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** Codes that speak of the server's health; others speak of the request. */
const faults: ReadonlySet<Code> = new Set([
  Code.unavailable,
  Code.deadlineExceeded,
  Code.internal,
  Code.resourceExhausted,
  Code.dataLoss,
]);

/**
 * Whether an outcome counts against the server. Declared errors and what handlers say of the request do not, nor does a call that the caller gave up or that its
 * own breaker refused.
 */
export function isServerFault(error: RpcError | undefined): boolean {
  if (error === undefined || error.reason === "declared" || error.reason === "circuit_open") return false;
  return faults.has(error.code);
}
