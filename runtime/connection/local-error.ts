import type { Reason } from "../errors/reason.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** An error made here. */
export function createError(reason: Reason, message: string, cause?: unknown): RpcError {
  return new RpcError(cause === undefined ? { reason, message } : { reason, message, cause });
}

/** The error of calls that outlast the grace of their connection. */
export function graceOver(graceMs: number): RpcError {
  return createError(
    "connection_lost",
    `The connection was closed: calls took longer than the ${graceMs} ms of grace.`,
  );
}

/** The error of calls whose transport closed under them. Some transports know more of it than that. */
export function lossOf(side: "client" | "server", error: Error | undefined): RpcError {
  if (RpcError.is(error)) return error;
  const other = side === "client" ? "server" : "client";
  const message =
    error === undefined
      ? `The ${other} closed the connection.`
      : `The connection to the ${other} was lost: ${error.message}`;
  return createError("connection_lost", message, error);
}
