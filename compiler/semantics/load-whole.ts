import type { Host } from "../source/host.ts";
import { parse } from "../syntax/parse.ts";
import { loadModules, type LoadOptions } from "./load.ts";
import type { Module, StageResult } from "./program.ts";

/** Loads modules whatever their texts are: what cannot be read is reported. */
export function loadWhole(
  entries: readonly string[],
  host: Host,
  options: LoadOptions,
): StageResult<readonly Module[]> {
  return loadModules(entries, host, parse, options);
}
