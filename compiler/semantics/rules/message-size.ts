import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { isSymbolOf } from "../program.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** The size of messages is limited once. */
export const messageSize: Rule = {
  id: "message-size",
  severity: "error",
  purpose: "A method or service has `@maxSize` or `@maxMessage`, not both.",
  clause: "2.15.4",
  create: (context) => ({
    symbol: (symbol) => {
      if (isSymbolOf(symbol, "service")) check(symbol.node, context);
    },
    method: ({ node }) => check(node, context),
  }),
};

function check(node: object, { analysis, report }: RuleContext): void {
  const maxSize = analysis.annotations.find(node, "maxSize");
  const maxMessage = analysis.annotations.find(node, "maxMessage");
  if (maxSize === undefined || maxMessage === undefined) return;
  const [first, second] =
    maxSize.node.span.start < maxMessage.node.span.start ? [maxSize, maxMessage] : [maxMessage, maxSize];
  const related = [{ span: first.node.span, message: "limited here already" }];
  report(catalog.messageSizeTwice, {}, { span: second.node.span, related });
}
