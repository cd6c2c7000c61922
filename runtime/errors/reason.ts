import { Code } from "./code.ts";

/** What a reason means for the caller. */
export interface ReasonRow {
  readonly code: Code;
  /** The request certainly never reached a handler, so any call may be sent again. */
  readonly retryable: boolean;
}

/** Why a call failed, finer than its code. */
export type Reason =
  | "declared"
  | "application"
  | "handler_threw"
  | "cancelled_by_caller"
  | "deadline_passed"
  | "unknown_service"
  | "unknown_method"
  | "malformed_message"
  | "constraint_violated"
  | "limit_exceeded"
  | "unauthenticated"
  | "permission_denied"
  | "too_many_calls"
  | "connect_failed"
  | "handshake_failed"
  | "draining"
  | "circuit_open"
  | "connection_lost"
  | "client_closed"
  | "unsupported"
  | "protocol_violated";

/** Fine reasons behind a code. Retry, failover and breaker read this table, never text. */
export const reasons: Readonly<Record<Reason, ReasonRow>> = Object.freeze({
  declared: { code: Code.unknown, retryable: false },
  application: { code: Code.unknown, retryable: false },
  handler_threw: { code: Code.internal, retryable: false },
  cancelled_by_caller: { code: Code.cancelled, retryable: false },
  deadline_passed: { code: Code.deadlineExceeded, retryable: false },
  unknown_service: { code: Code.unimplemented, retryable: false },
  unknown_method: { code: Code.unimplemented, retryable: false },
  malformed_message: { code: Code.invalidArgument, retryable: false },
  constraint_violated: { code: Code.invalidArgument, retryable: false },
  limit_exceeded: { code: Code.resourceExhausted, retryable: false },
  unauthenticated: { code: Code.unauthenticated, retryable: false },
  permission_denied: { code: Code.permissionDenied, retryable: false },
  too_many_calls: { code: Code.resourceExhausted, retryable: true },
  connect_failed: { code: Code.unavailable, retryable: true },
  handshake_failed: { code: Code.unavailable, retryable: true },
  circuit_open: { code: Code.unavailable, retryable: true },
  draining: { code: Code.unavailable, retryable: true },
  connection_lost: { code: Code.unavailable, retryable: false },
  client_closed: { code: Code.cancelled, retryable: false },
  unsupported: { code: Code.unimplemented, retryable: false },
  protocol_violated: { code: Code.internal, retryable: false },
});

/** True for a known reason. */
export function isReason(value: string): value is Reason {
  return Object.hasOwn(reasons, value);
}
