import type { SchemaDescriptor } from "@rpcgen/runtime/descriptor";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lower } from "../lower/lower.ts";
import { analyse } from "../semantics/analyse.ts";
import type { LoadOptions } from "../semantics/load.ts";
import { loadWhole } from "../semantics/load-whole.ts";
import type { Module } from "../semantics/program.ts";
import type { Host } from "../source/host.ts";
import { type Claims, claimsOf } from "./claims.ts";

/** A compilation as a whole. */
export interface CheckedWhole {
  /** Complete and consistent only when `diagnostics` holds no error. */
  readonly schema: SchemaDescriptor;
  readonly diagnostics: readonly Diagnostic[];
  /** In the order of loading. */
  readonly modules: readonly Module[];
  claimsOf(module: Module): Claims;
}

/** Reads the entry files and all that they import, and checks them: parse, bind, resolve, check, lower. */
export function checkWhole(entries: readonly string[], host: Host, options: LoadOptions): CheckedWhole {
  const loaded = loadWhole(entries, host, options);
  const analysed = analyse(loaded.result);
  return {
    schema: lower(analysed.result),
    diagnostics: inReadingOrder([...loaded.diagnostics, ...analysed.diagnostics]),
    modules: loaded.result,
    claimsOf: (module) => claimsOf(module, analysed.result),
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
