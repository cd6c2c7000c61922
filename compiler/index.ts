import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { lower } from "./lower/lower.ts";
import { analyse } from "./semantics/analyse.ts";
import { loadModules, type LoadOptions } from "./semantics/load.ts";
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
  const loaded = loadModules(entryFiles, host, options);
  const analysed = analyse(loaded.result);
  return {
    schema: lower(analysed.result),
    diagnostics: inReadingOrder([...loaded.diagnostics, ...analysed.diagnostics]),
    sources: new Map(loaded.result.map(({ path, absolutePath }) => [path, absolutePath])),
  };
}

/** By file in order of loading, then by place. */
function inReadingOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const order = new Map<object, number>();
  for (const { span } of diagnostics) if (!order.has(span.file)) order.set(span.file, order.size);
  const rank = ({ span }: Diagnostic): number => order.get(span.file) ?? 0;
  return [...diagnostics].sort(
    (left, right) => rank(left) - rank(right) || left.span.start - right.span.start || left.span.end - right.span.end,
  );
}
