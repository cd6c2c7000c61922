import type { MethodType } from "../call/method-type.ts";
import type { Violation } from "../errors/violation.ts";
import { violationError } from "../errors/violation-error.ts";
import { Code } from "../errors/code.ts";
import { fault } from "../errors/fault.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** The error of a call whose deadline passed on this side. */
export function deadlinePassed(method: MethodType): RpcError {
  return fault("deadline_passed", `${method.path} did not answer before its deadline.`);
}

/** The error of a call that its signal cancelled. */
export function cancelledBySignal(method: MethodType, signal: AbortSignal | undefined): RpcError {
  return fault("cancelled_by_caller", `${method.path} was cancelled by its caller.`, signal?.reason);
}

/** Why no call can begin by this signal: it has fired, or it is none, as a controller that was given in place of its signal. Undefined when one can. */
export function signalFault(method: MethodType, signal: AbortSignal | undefined): Error | undefined {
  if (signal === undefined || signal?.aborted === false) return undefined;
  if (signal?.aborted === true) return cancelledBySignal(method, signal);
  return new TypeError(mustBe('The option "signal"', "an AbortSignal, as controller.signal is one", signal));
}

/** The error of a call whose items could not be sent: their iterator threw, or one of them does not fit the schema. */
export function itemsFailed(method: MethodType, cause: unknown): RpcError {
  if (RpcError.is(cause)) return cause;
  const message = `${method.path} was cancelled because the items to send failed: ${textOf(cause)}`;
  return fault("cancelled_by_caller", message, cause);
}

/** The error of a reply that does not fit the schema of this side. */
export function unreadableReply(method: MethodType, cause: unknown): RpcError {
  const message = `The reply of ${method.path} cannot be read: ${textOf(cause)}`;
  return new RpcError({ code: Code.internal, reason: "malformed_message", message, cause });
}

/** The error of a request that breaks constraints, found on this side. */
export function brokenRequest(method: MethodType, violations: readonly Violation[]): RpcError {
  return violationError(`The request of ${method.path}`, violations);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
