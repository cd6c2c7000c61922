import type { ResolvedField, Shape, SymbolOf, DeclaredSymbol, Instance, Module, ResolvedMethod } from "../program.ts";
import type { Analysis } from "../analyse.ts";
import type { Report } from "../report.ts";

/** A check over an analysed program. */
export interface Rule {
  /** Kebab-case, like the file. */
  readonly id: string;
  readonly severity: "error" | "warning";
  /** One sentence. */
  readonly purpose: string;
  /** LANGUAGE.md clauses. */
  readonly clause: string;
  /** Called once for a compilation; the listener hears of everything in schema order. */
  create(context: RuleContext): RuleListener;
}

export interface RuleContext {
  readonly analysis: Analysis;
  readonly report: Report;
}

/** What a rule wants to see. */
export interface RuleListener {
  module?(module: Module): void;
  /** Every declared symbol, also those that have a method of their own below. */
  symbol?(symbol: DeclaredSymbol): void;
  shape?(shape: Shape): void;
  field?(field: ResolvedField, shape: Shape): void;
  /** Every field that annotations stand on, as they do on few. */
  annotatedField?(field: ResolvedField, shape: Shape): void;
  enum?(symbol: SymbolOf<"enum">): void;
  service?(symbol: SymbolOf<"service">, methods: readonly ResolvedMethod[]): void;
  method?(method: ResolvedMethod): void;
  instance?(instance: Instance, shape: Shape): void;
  /** After everything else. */
  end?(): void;
}
