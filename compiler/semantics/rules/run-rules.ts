import type { Analysis } from "../analyse.ts";
import { type DeclaredSymbol, isSymbolOf, type Shape } from "../program.ts";
import type { Report } from "../report.ts";
import { allRules } from "./all-rules.ts";
import type { RuleListener } from "./rule.ts";

/** Walks the program once and lets every rule see everything that it asks for. */
export function runRules(analysis: Analysis, report: Report): void {
  const listeners = allRules.map((rule) => rule.create({ analysis, report }));
  for (const module of analysis.modules) for (const listener of listeners) listener.module?.(module);
  const ears = earsOf(listeners);
  for (const symbol of analysis.bound.symbols) visitSymbol(symbol, analysis, ears);
  for (const module of analysis.modules) {
    for (const instance of analysis.instances.ofModule(module)) {
      const shape = analysis.shapes.get(instance.symbol);
      if (shape !== undefined) for (const listener of listeners) listener.instance?.(instance, shape);
    }
  }
  for (const listener of listeners) listener.end?.();
}

/** Most rules ask for few things, and there are many more fields and symbols than rules. */
interface Ears {
  readonly symbols: readonly RuleListener[];
  readonly enums: readonly RuleListener[];
  readonly shapes: readonly RuleListener[];
  readonly fields: readonly RuleListener[];
  readonly annotatedFields: readonly RuleListener[];
  readonly services: readonly RuleListener[];
}

function earsOf(listeners: readonly RuleListener[]): Ears {
  return {
    symbols: listeners.filter(({ symbol }) => symbol !== undefined),
    enums: listeners.filter((listener) => listener.enum !== undefined),
    shapes: listeners.filter(({ shape }) => shape !== undefined),
    fields: listeners.filter(({ field }) => field !== undefined),
    annotatedFields: listeners.filter(({ annotatedField }) => annotatedField !== undefined),
    services: listeners.filter(({ service, method }) => service !== undefined || method !== undefined),
  };
}

function visitSymbol(symbol: DeclaredSymbol, analysis: Analysis, ears: Ears): void {
  for (const listener of ears.symbols) listener.symbol?.(symbol);
  if (isSymbolOf(symbol, "enum")) for (const listener of ears.enums) listener.enum?.(symbol);
  const shape = analysis.shapes.get(symbol);
  if (shape !== undefined) visitShape(shape, ears);
  if (!isSymbolOf(symbol, "service")) return;
  const methods = analysis.methods.get(symbol) ?? [];
  for (const listener of ears.services) {
    listener.service?.(symbol, methods);
    if (listener.method !== undefined) for (const method of methods) listener.method(method);
  }
}

function visitShape(shape: Shape, ears: Ears): void {
  for (const listener of ears.shapes) listener.shape?.(shape);
  for (const listener of ears.fields) for (const field of shape.fields) listener.field?.(field, shape);
  for (const field of shape.fields) {
    if (field.node.annotations.length === 0) continue;
    for (const listener of ears.annotatedFields) listener.annotatedField?.(field, shape);
  }
}
