import { runCommandLine } from "../../../compiler/cli/run.ts";

/** What a command line did. */
export interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
  readonly error: string;
}

/** Runs a command line in this process. Times in summaries are blanked, the folder's path is cut off. */
export async function runTool(directory: string, ...args: readonly string[]): Promise<ToolResult> {
  let output = "";
  let error = "";
  const console = {
    output: (text: string): void => void (output += text),
    error: (text: string): void => void (error += text),
    hasColor: false,
  };
  const exitCode = await runCommandLine(args, { console, directory, entry: import.meta.filename });
  return { exitCode, output: stable(output, directory), error: stable(error, directory) };
}

function stable(text: string, directory: string): string {
  return text.replaceAll(`${directory}/`, "").replace(/\b[\d.]+ m?s\b/gu, "_ ms");
}

/** A schema with an import, a message and a service. */
export const sample: Readonly<Record<string, string>> = {
  ".git/HEAD": "",
  "node_modules/keep": "",
  "api/users.rpc": `edition 2026;
package acme.users.v1;

import { Page } from "./common.rpc";

/** One person. */
message User {
  id: uint64 = 1;
  page?: Page = 2;
}

service Users {
  /** Fetch one user. */
  get(id: uint64 = 1): User;
  /** Follow users. */
  watch(id: uint64 = 1): stream User;
}
`,
  "api/common.rpc": `edition 2026;
package acme.users.v1;

message Page {
  size: int32 = 1;
}
`,
};
