import type { ResolvedField, ResolvedType } from "../program.ts";
import { isSymbolOf } from "../program.ts";
import type { RuleContext, RuleListener } from "./rule.ts";

/** A field or alias with its type: what constraints stand on. */
export interface Constrained {
  readonly node: object;
  readonly type: ResolvedType;
  readonly field?: ResolvedField;
}

/** A listener that sees every field and alias that has annotations. */
export function onConstrained({ analysis }: RuleContext, check: (constrained: Constrained) => void): RuleListener {
  const visit = (constrained: Constrained): void => {
    if (analysis.annotations.of(constrained.node).length > 0) check(constrained);
  };
  return {
    annotatedField: (field) => visit({ node: field.node, type: field.type, field }),
    symbol: (symbol) => {
      if (isSymbolOf(symbol, "type_alias")) visit({ node: symbol.node, type: analysis.types.aliasTarget(symbol) });
    },
  };
}
