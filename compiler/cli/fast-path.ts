import { writeSync } from "node:fs";
import { isUpToDate, readManifest } from "../emit/manifest.ts";
import type { ProjectIdentity } from "../emit/project-key.ts";
import { summaryOfUnchanged } from "./summary.ts";

/**
 * Ends a `rpcgen compile` whose inputs and outputs are as the last run left them: one small file and a few file times are
 * read. False when there is anything else to do, whatever it is; this never reports a mistake.
 */
export function tryFastPath(
  args: readonly string[],
  directory: string,
  print: (text: string) => void = printNow,
): boolean {
  const identity = plainIdentity(args, directory);
  const manifest = identity && readManifest(identity);
  if (manifest === undefined || !isUpToDate(manifest)) return false;
  print(`${summaryOfUnchanged(manifest.counts)}\n`);
  return true;
}

/** `process.stdout` would cost more than all the rest. */
function printNow(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // A reader that went away has seen enough.
  }
}

/** Understands the plainest form of the command line only: `compile`, files, `-o`, `-c`. */
export function plainIdentity(args: readonly string[], directory: string): ProjectIdentity | undefined {
  const files: string[] = [];
  const values: { outDir: string | undefined; config: string | undefined } = { outDir: undefined, config: undefined };
  if (args[0] !== "compile") return undefined;
  for (let index = 1; index < args.length; index++) {
    const arg = args[index] ?? "";
    const [name = "", inline] = arg.split("=", 2);
    const option = arg.startsWith("-") ? OPTIONS.get(name) : undefined;
    if (option === undefined && arg.startsWith("-")) return undefined;
    if (option === undefined) files.push(arg);
    else values[option] = inline ?? args[++index];
    if (option !== undefined && (values[option] === undefined || values[option].startsWith("-"))) return undefined;
  }
  return { directory: directory.replaceAll("\\", "/"), files, ...values };
}

const OPTIONS: ReadonlyMap<string, "outDir" | "config"> = new Map([
  ["-o", "outDir"],
  ["--out-dir", "outDir"],
  ["-c", "config"],
  ["--config", "config"],
]);
