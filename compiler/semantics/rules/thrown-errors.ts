import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { QualifiedName } from "../../syntax/ast.ts";
import { isSymbolOf } from "../program.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** No error is named twice in one list. */
export const thrownErrors: Rule = {
  id: "thrown-errors",
  severity: "warning",
  purpose: "A list of errors names each of them once.",
  clause: "2.13.2",
  create: (context) => ({
    symbol: (symbol) => {
      if (isSymbolOf(symbol, "error_set")) check(symbol.node.errors, context);
      if (isSymbolOf(symbol, "service")) check(symbol.node.throws, context);
    },
    method: ({ node }) => check(node.throws, context),
  }),
};

function check(names: readonly QualifiedName[], { report }: RuleContext): void {
  const first = new Map<string, QualifiedName>();
  for (const name of names) {
    const earlier = first.get(name.text);
    if (earlier === undefined) first.set(name.text, name);
    else {
      const related = [{ span: earlier.span, message: "first named here" }];
      report(catalog.throwsTwice, { name: name.text }, { span: name.span, related });
    }
  }
}
