import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { checkWhole } from "./parts/check-whole.ts";
import type { LoadOptions } from "./semantics/load.ts";
import type { Host } from "./source/host.ts";

/** How schemas are found and named. */
export interface CheckOptions extends LoadOptions {}

/** What a set of schemas means, and what is wrong with it. */
export interface CheckResult {
  /** Complete and consistent only when `diagnostics` holds no error. */
  readonly schema: SchemaDescriptor;
  readonly diagnostics: readonly Diagnostic[];
  /** Absolute path of every file that was read, by its path in the schema. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads the entry files and all that they import, and checks them: parse, bind, resolve, check, lower.
 * Never throws for bad input; paths may be absolute or relative to the working directory.
 */
export function check(entryFiles: readonly string[], host: Host, options: CheckOptions = {}): CheckResult {
  const { schema, diagnostics, modules } = checkWhole(entryFiles, host, options);
  return { schema, diagnostics, sources: new Map(modules.map(({ path, absolutePath }) => [path, absolutePath])) };
}
