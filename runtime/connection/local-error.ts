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

/** What is said of a transport that closed under its calls. */
export function lostMessage(side: "client" | "server", error: Error | undefined): string {
  const other = side === "client" ? "server" : "client";
  return error === undefined
    ? `The ${other} closed the connection.`
    : `The connection to the ${other} was lost: ${error.message}`;
}
