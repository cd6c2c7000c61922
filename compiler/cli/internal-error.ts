import { version } from "../version.ts";

/** What is printed when the tool itself fails: what to send, to whom, and what to do meanwhile. */
export function internalErrorReport(error: unknown, args: readonly string[]): string {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return [
    "error: rpcgen failed. This is a bug of rpcgen, not of your schema.",
    "",
    "Please report it with these lines and, if you can, the schema:",
    `  rpcgen ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    `  rpcgen ${args.map((arg) => JSON.stringify(arg)).join(" ")}`,
    ...detail.split("\n").map((line) => `  ${line.trimEnd()}`),
    "",
    "Nothing was removed. `rpcgen compile --no-cache` ignores what earlier runs left behind.",
    "",
  ].join("\n");
}
