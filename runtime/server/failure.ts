import { DeclaredError } from "../call/declared-error.ts";
import type { MethodType } from "../call/method-type.ts";
import { type BodyFormat, encodeBody } from "../codec/body.ts";
import type { OutgoingFailure } from "../connection/connection.ts";
import type { Reason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";

/**
 * Reasons that server code may give its caller. All others are the runtime's own words: from a handler they speak of a call that
 * the handler made, and would mislead the caller (`connect_failed` invites to try again) or tell it about other machines.
 */
const reasonsThatTravel: ReadonlySet<Reason> = /* @__PURE__ */ new Set<Reason>([
  "application",
  "declared",
  "constraint_violated",
  "limit_exceeded",
  "unauthenticated",
  "permission_denied",
]);

/** What to send for what a handler threw; undefined when the caller may not see it. */
export function failureFromThrown(
  method: MethodType,
  thrown: unknown,
  format: BodyFormat,
): OutgoingFailure | undefined {
  if (!RpcError.is(thrown)) return undefined;
  if (thrown.origin === "remote" || !reasonsThatTravel.has(thrown.reason)) return undefined;
  return thrown.reason === "declared" ? declaredFailure(method, thrown as DeclaredError, format) : { error: thrown };
}

/** An error that the method does not declare travels as a plain one: its caller could not read the data. */
function declaredFailure(method: MethodType, thrown: DeclaredError, format: BodyFormat): OutgoingFailure {
  const type = method.errors.find((declared) => declared.typeName === thrown.typeName);
  if (type === undefined) return { error: thrown };
  return { error: thrown, errorType: type.typeName, body: encodeBody(type.data, thrown.data, format) };
}

/** What the caller sees of an error that is none of its business. */
export function hiddenFailure(errorId: string): OutgoingFailure {
  return { error: new RpcError({ reason: "handler_threw", message: "internal error", errorId }) };
}
