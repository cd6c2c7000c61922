import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** The error of calls that outlast the grace of their connection. */
export function graceOver(graceMs: number): RpcError {
  return fault("connection_lost", `The connection was closed: calls took longer than the ${graceMs} ms of grace.`);
}

/** The error of calls whose transport closed under them. Some transports know more of it than that. */
export function lossOf(side: "client" | "server", error: Error | undefined): RpcError {
  if (RpcError.is(error)) return error;
  const other = side === "client" ? "server" : "client";
  const message =
    error === undefined
      ? `The ${other} closed the connection.`
      : `The connection to the ${other} was lost: ${error.message}`;
  return fault("connection_lost", message, error);
}
