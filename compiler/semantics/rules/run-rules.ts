import type { Analysis } from "../analyse.ts";
import { type DeclaredSymbol, isSymbolOf } from "../program.ts";
import type { Report } from "../report.ts";
import { allRules } from "./all-rules.ts";
import type { RuleListener } from "./rule.ts";

/** Walks the program once and lets every rule see everything. */
export function runRules(analysis: Analysis, report: Report): void {
  const listeners = allRules.map((rule) => rule.create({ analysis, report }));
  for (const module of analysis.modules) for (const listener of listeners) listener.module?.(module);
  for (const symbol of analysis.bound.symbols) visitSymbol(symbol, analysis, listeners);
  for (const module of analysis.modules) {
    for (const instance of analysis.instances.ofModule(module)) {
      const shape = analysis.shapes.get(instance.symbol);
      if (shape !== undefined) for (const listener of listeners) listener.instance?.(instance, shape);
    }
  }
  for (const listener of listeners) listener.end?.();
}

function visitSymbol(symbol: DeclaredSymbol, analysis: Analysis, listeners: readonly RuleListener[]): void {
  for (const listener of listeners) listener.symbol?.(symbol);
  if (isSymbolOf(symbol, "enum")) for (const listener of listeners) listener.enum?.(symbol);
  const shape = analysis.shapes.get(symbol);
  if (shape !== undefined) {
    for (const listener of listeners) {
      listener.shape?.(shape);
      if (listener.field !== undefined) for (const field of shape.fields) listener.field(field, shape);
    }
  }
  if (!isSymbolOf(symbol, "service")) return;
  const methods = analysis.methods.get(symbol) ?? [];
  for (const listener of listeners) {
    listener.service?.(symbol, methods);
    if (listener.method !== undefined) for (const method of methods) listener.method(method);
  }
}
