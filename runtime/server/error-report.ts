import type { Environment } from "../environment/environment.ts";
import { createLineLimiter } from "../environment/line-limiter.ts";

/** What is known about an error that the caller does not see in full. */
export interface ErrorReport {
  /** `/package.Service/Method`. */
  readonly method: string;
  /** Address of the caller. */
  readonly peer: string;
  /** The same id is in the caller's error; undefined when the caller gets none (one-way calls, abandoned ones). */
  readonly errorId: string | undefined;
}

/**
 * The default: one line that says where, then the error with its stack, on stderr. No more than ten a second of one method, with the number of those that
 * were left out in the next one.
 */
export function createConsoleReport(environment: Environment): (error: unknown, report: ErrorReport) => void {
  // As many kinds as the server has methods.
  const limiter = createLineLimiter(environment);

  return (error, { method, peer, errorId }) => {
    const leftOut = limiter(method);
    if (leftOut === undefined) return;
    const id = errorId === undefined ? "" : ` (error id ${errorId})`;
    const more = leftOut === 0 ? "" : ` (left out before it: ${leftOut})`;
    console.error(`rpcgen: ${method} failed for ${peer}${id}${more}:`, error);
  };
}
