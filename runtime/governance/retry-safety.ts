import type { ClientCall } from "../call/context.ts";
import type { MethodType } from "../call/method-type.ts";
import { type Code, codeName } from "../errors/code.ts";
import { reasons } from "../errors/reason.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** Codes after which a method that may be repeated is repeated, unless its schema or the client says otherwise. */
const defaultCodes: ReadonlySet<string> = new Set(["unavailable"]);

/** True for a method that may run more than once for one call: the schema says `@idempotent` or `@readonly`. */
export function isRepeatable(method: MethodType): boolean {
  return method.idempotency !== "unknown";
}

/** True for an error of a request that no handler saw: any method may be tried again after it. */
export function isUnseen(error: RpcError): boolean {
  return reasons[error.reason].retryable;
}

/**
 * Whether another attempt may be made after this error. Never when the server said so, when the call is over, or when the call is made for one that
 * is itself a retry: each level of a chain trying again would multiply the load.
 * @param codes after which repeatable methods are repeated; default: those of the schema, else `unavailable`
 */
export function mayRepeat(call: ClientCall, error: RpcError, codes?: ReadonlySet<Code>): boolean {
  if (error.retryAfterMs === Infinity || isFinal(error) || isInRetriedChain(call)) return false;
  if (isUnseen(error)) return true;
  if (!isRepeatable(call.method)) return false;
  if (codes !== undefined) return codes.has(error.code);
  const declared = call.method.policy.retry?.on;
  const name = codeName(error.code);
  return declared === undefined || declared.length === 0
    ? defaultCodes.has(name)
    : (declared as readonly string[]).includes(name);
}

/** True when the call is made while one is served that is itself a retry, or that is made for one, however many hops above. */
export function isInRetriedChain({ parent }: ClientCall): boolean {
  return parent !== undefined && parent.attempt > 0;
}

/** Outcomes of the call itself, not of one attempt. */
function isFinal({ reason, origin }: RpcError): boolean {
  if (reason === "client_closed" || reason === "circuit_open") return true;
  return origin === "local" && (reason === "cancelled_by_caller" || reason === "deadline_passed");
}
