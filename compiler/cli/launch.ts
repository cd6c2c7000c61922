import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { openCodeCache } from "./code-cache.ts";
import type * as Tools from "./tool.ts";

/** The tool without its start: one script whose value is a function with the parameters of a CommonJS module. */
type Body = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  importModule: (specifier: string) => Promise<unknown>,
) => void;

type Tool = typeof Tools;

/** File name of that script, put here by the build; it carries a hash of the text. */
declare const TOOL_SCRIPT: string;

/** Loads the tool proper and runs a command line with it. */
export async function launch(args: readonly string[], entry: string): Promise<void> {
  tuneEngine();
  const { tool, keep } = load(entry, args[0] ?? "");
  await tool.run(args, { entry });
  keep();
  if (hasSaidAll()) process.exit();
}

/** Ending at once, without giving back a heap that the system takes back faster; not while a pipe is still to be written to. */
function hasSaidAll(): boolean {
  return process.stdout.writableLength === 0 && process.stderr.writableLength === 0;
}

/** Loads the tool proper in a second thread of a compilation and serves the first one. */
export async function launchHelper(entry: string): Promise<void> {
  (await load(entry, "compile").tool.helper()).serveHelper();
}

/** `keep` leaves what V8 compiled to later runs. */
function load(entry: string, command: string): { readonly tool: Tool; keep(): void } {
  const path = fileURLToPath(new URL(`../chunks/${TOOL_SCRIPT}`, entry)).replaceAll("\\", "/");
  const cache = openCodeCache(path, command);
  const script = new Script(readFileSync(path, "latin1"), {
    filename: path,
    ...(cache.data === undefined ? {} : { cachedData: cache.data }),
  });
  return { tool: evaluate(script, path), keep: () => cache.keep(() => script.createCachedData()) };
}

function evaluate(script: Script, path: string): Tool {
  const module = { exports: {} };
  const body = script.runInThisContext() as Body;
  body(module.exports, createRequire(path), module, (specifier) => import(specifier));
  return module.exports as Tool;
}

/**
 * A compilation is over before the code that V8 11 (Node 20) optimises pays for its making, which takes a second core from us, so
 * there functions have to be hotter than usual; and nearly all that is allocated lives to the end, so a young generation that
 * starts small is only copied about, and marking the old one beside the work marks what stays: a collection that is due anyway
 * stops the work for it. All are hints: measured by `npm run bench -- compile`.
 */
function tuneEngine(): void {
  if (process.versions.v8.startsWith("11.")) setFlagsFromString("--interrupt-budget=1000000");
  setFlagsFromString("--semi-space-growth-factor=16");
  setFlagsFromString("--no-incremental-marking");
}
