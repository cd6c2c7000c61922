/** What is known about an error that the caller does not see in full. */
export interface ErrorReport {
  /** `/package.Service/Method`. */
  readonly method: string;
  /** Address of the caller. */
  readonly peer: string;
  /** The same id is in the caller's error; undefined when the caller gets none (one-way calls, abandoned ones). */
  readonly errorId: string | undefined;
}

/** The default: one line that says where, then the error with its stack, on stderr. */
export function reportToConsole(error: unknown, report: ErrorReport): void {
  const id = report.errorId === undefined ? "" : ` (error id ${report.errorId})`;
  console.error(`rpcgen: ${report.method} failed for ${report.peer}${id}:`, error);
}
