import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { openCodeCache } from "./code-cache.ts";
import { readShared } from "./shared-file.ts";
import { createThreads } from "./threads.ts";
import { loadTool } from "./tool-script.ts";

/** File name of the script of the tool, put here by the build; it carries a hash of the text. */
declare const TOOL_SCRIPT: string;

interface Start {
  /** Path of the tool's entry module. */
  readonly entry: string;
  /** A second thread is likely to be wanted. */
  readonly isLarge: boolean;
}

/** Loads the tool proper and runs a command line with it. */
export async function launch(args: readonly string[], { entry, isLarge }: Start): Promise<void> {
  tuneEngine();
  const path = join(dirname(entry), "../chunks", TOOL_SCRIPT).replaceAll("\\", "/");
  const cache = openCodeCache(path, args[0] ?? "");
  const script = { path, text: readShared(path), cachedData: cache.data };
  const threads = availableParallelism() > 1 ? createThreads(join(dirname(entry), "helper.cjs"), script) : undefined;
  if (isLarge) threads?.prepare();
  const { tool, createCachedData } = loadTool(script, createRequire(path));
  await tool.run(args, { entry, threads });
  cache.keep(createCachedData);
  if (mayEndAtOnce()) process.exit();
}

/** V8 of Node 20. */
const isEarlyEngine = process.versions.v8.startsWith("11.");

/**
 * Ending at once, without giving back a heap that the system takes back faster; not while a pipe is still to be written to. Later engines end by
 * themselves: their exit waits for threads that compile, and one of those may wait for a collection, which would be for the exit to make (seen once with Node 24, for ever).
 */
function mayEndAtOnce(): boolean {
  return isEarlyEngine && process.stdout.writableLength === 0 && process.stderr.writableLength === 0;
}

/**
 * A compilation is over before the code that V8 11 (Node 20) optimises pays for its making, which takes a second core from us, so
 * there functions have to be hotter than usual; later ones do without the compiler in the middle, which took a tenth more time.
 * Nearly all that is allocated lives to the end: a young generation that starts small is only copied about there (later ones would
 * take 64 MB of fresh memory at once), and marking the old one, beside the work or late in it, marks what stays; and both cores have
 * work of their own, so a collector that spreads over them waits for its turn. The size of the old generation is for the second
 * thread, which is to start after this. All are hints: measured by `npm run bench -- compile`.
 */
function tuneEngine(): void {
  if (isEarlyEngine) {
    setFlagsFromString("--interrupt-budget=10000000");
    setFlagsFromString("--semi-space-growth-factor=8");
  } else {
    setFlagsFromString("--no-maglev");
  }
  setFlagsFromString("--initial-old-space-size=256");
  for (const flag of ["incremental-marking", "parallel-scavenge", "concurrent-sweeping"])
    setFlagsFromString(`--no-${flag}`);
}
