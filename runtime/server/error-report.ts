import { TokenBucket } from "../connection/token-bucket.ts";
import type { Environment } from "../environment/environment.ts";

/** What is known about an error that the caller does not see in full. */
export interface ErrorReport {
  /** `/package.Service/Method`. */
  readonly method: string;
  /** Address of the caller. */
  readonly peer: string;
  /** The same id is in the caller's error; undefined when the caller gets none (one-way calls, abandoned ones). */
  readonly errorId: string | undefined;
}

/** Errors of one method that are written out at once, and per second in the long run. */
const maxReports = 10;

/**
 * The default: one line that says where, then the error with its stack, on stderr. No more than ten a second of one method: who can make a handler
 * fail shall not fill a disk. How many were left out stands in the next one.
 */
export function createConsoleReport(environment: Environment): (error: unknown, report: ErrorReport) => void {
  /** By method; no more than the server has. */
  const kept = new Map<string, { readonly lines: TokenBucket; leftOut: number }>();

  return (error, { method, peer, errorId }) => {
    let entry = kept.get(method);
    if (entry === undefined) {
      kept.set(method, (entry = { lines: new TokenBucket(environment, maxReports, maxReports), leftOut: 0 }));
    }
    if (!entry.lines.take()) return void entry.leftOut++;
    const id = errorId === undefined ? "" : ` (error id ${errorId})`;
    const more = entry.leftOut === 0 ? "" : ` (left out before it: ${entry.leftOut})`;
    entry.leftOut = 0;
    console.error(`rpcgen: ${method} failed for ${peer}${id}${more}:`, error);
  };
}
