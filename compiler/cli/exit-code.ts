/** What the process tells its caller. */
export const EXIT = {
  ok: 0,
  /** Errors in a schema, or more warnings than allowed. */
  diagnostics: 1,
  /** A command line or configuration that makes no sense, or an output that cannot be written. */
  usage: 2,
  /** `--check`: generated files are not what the schemas say. */
  stale: 3,
  /** A bug of ours. */
  internal: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
