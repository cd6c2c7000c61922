import { reasons } from "../errors/reason.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { ClientCallState } from "./client-call.ts";
import type { Picker } from "./cluster-pick.ts";
import type { Connections, WaitingRoom } from "./pool.ts";

/** How far an attempt has come. */
export interface Course {
  readonly call: ClientCallState;
  /** Undefined when there is one place to go to. */
  readonly picker: Picker | undefined;
  /** Times that it has moved on. */
  readonly restarts: number;
}

/** Times that a call goes elsewhere because a server refused it before a handler saw it. */
const maxRestarts = 3;
/** The same where connections go away: each says so once, and a server that closes sends all those of a pool away, the opening ones too. */
const maxDrained = 16;

/** True for a request that was refused before a handler saw it and may go over another connection or, with several endpoints, to another of them. */
export function mayMoveOn({ call, picker, restarts }: Course, error: RpcError): boolean {
  if (error.reason === "draining") return restarts < maxDrained;
  if (restarts >= maxRestarts) return false;
  if (picker === undefined || !reasons[error.reason].retryable || error.retryAfterMs === Infinity) return false;
  // A server that is too busy is passed over once: when all are, going round would make it worse.
  if (error.reason === "too_many_calls" && restarts > 0) return false;
  return picker.hasOther(call);
}

/** Where a call waits before it can be sent; undefined when it need not. */
export function roomFor(
  call: ClientCallState,
  { pool, picker }: { readonly pool: Connections; readonly picker: Picker | undefined },
): WaitingRoom | undefined {
  if (call.waitForReady) return pool.state === "ready" ? undefined : pool;
  return picker === undefined || picker.isResolved ? undefined : picker.resolving;
}

/** The server was not reached: who has time waits for it. */
export function isUnreached({ reason }: RpcError): boolean {
  return reason === "connect_failed" || reason === "handshake_failed";
}
