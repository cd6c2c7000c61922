import { loadModules, type LoadOptions, type Parse } from "./load.ts";
import type { Module, StageResult } from "./program.ts";
import type { Host } from "../source/host.ts";
import { parsePlainly } from "../syntax/parse-plainly.ts";

class NotPlain extends Error {}

/**
 * Loads modules as long as every text can be read without the grammar. `undefined` when one cannot, which is rare for right texts:
 * the compilation then has to be done as a whole.
 */
export function loadPlainly(
  entries: readonly string[],
  host: Host,
  options: LoadOptions,
): StageResult<readonly Module[]> | undefined {
  const parse: Parse = (file) => {
    const parsed = parsePlainly(file);
    if (parsed === undefined) throw new NotPlain();
    return parsed;
  };
  try {
    return loadModules(entries, host, parse, options);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}
