import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { ChannelOptions } from "./channel-options.ts";

/** Longer ones would not leave room for the rest of an Option. */
const maxTokenBytes = 6 * 1024;

/** The token for a new connection. Never throws: a promise that rejects fails the connection, and with it the calls that wait for it. */
export function askForToken(token: ChannelOptions["token"]): string | Promise<string> | undefined {
  try {
    const found = typeof token === "function" ? token() : token;
    if (found instanceof Promise)
      return found.then(checkToken).catch((error: unknown) => Promise.reject(noToken(error)));
    return found === undefined ? undefined : checkToken(found);
  } catch (error) {
    return Promise.reject(noToken(error));
  }
}

/** What is wrong is said without the token. */
function checkToken(token: unknown): string {
  if (typeof token !== "string") throw refused(`it must be a string, not ${typeof token}`);
  const { length } = new TextEncoder().encode(JSON.stringify(token));
  if (length > maxTokenBytes) throw refused(`it has ${length} bytes and may have ${maxTokenBytes}`);
  return token;
}

/** The cause stays in this process; its text is not repeated, as it might hold the secret. */
function noToken(cause: unknown): RpcError {
  if (RpcError.is(cause)) return cause;
  return fault("unauthenticated", "The token for the connection could not be had.", cause);
}

function refused(why: string): RpcError {
  return fault("unauthenticated", `The token for the connection cannot be sent: ${why}.`);
}
