import { renderText } from "../../../compiler/cli/report/text.ts";
import { check, type CheckResult } from "../../../compiler/index.ts";
import { createMemoryHost } from "../../../compiler/source/host.ts";

/**
 * Splits a case into its files: `// file: geo.rpc` starts another file, what comes before is `main.rpc`.
 * A file name that starts with `/` is absolute; all others lie in the working directory.
 */
export function filesOf(text: string): Record<string, string> {
  const [main = "", ...others] = text.split(/^\/\/ file: /m);
  const files: Record<string, string> = { "/project/main.rpc": main };
  for (const other of others) {
    const end = other.indexOf("\n");
    const name = other.slice(0, end).trim();
    files[name.startsWith("/") ? name : `/project/${name}`] = other.slice(end + 1);
  }
  return files;
}

/** Checks `main.rpc` of a case. */
export function checkCase(text: string): CheckResult {
  return check(["main.rpc"], createMemoryHost(filesOf(text)), { workingDirectory: "/project" });
}

/** What the command line would print for `main.rpc` of a case. */
export function reportOf(text: string): string {
  return renderText(checkCase(text).diagnostics);
}
