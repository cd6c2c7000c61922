import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { isSymbolOf } from "../program.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** `@readonly` says all that `@idempotent` does. */
export const idempotency: Rule = {
  id: "idempotency",
  severity: "warning",
  purpose: "A method or service is either `@readonly` or `@idempotent`.",
  clause: "2.15.1",
  create: (context) => ({
    symbol: (symbol) => {
      if (isSymbolOf(symbol, "service")) check(symbol.node, context);
    },
    method: ({ node }) => check(node, context),
  }),
};

function check(node: object, { analysis, report }: RuleContext): void {
  const readonly = analysis.annotations.find(node, "readonly");
  const idempotent = analysis.annotations.find(node, "idempotent");
  if (readonly === undefined || idempotent === undefined) return;
  const related = [{ span: readonly.node.span, message: "says that nothing changes" }];
  const fix = { title: "remove `@idempotent`", edits: [{ span: withSpaceAfter(idempotent.node.span), text: "" }] };
  report(catalog.idempotencyTwice, {}, { span: idempotent.node.span, related, fix });
}

function withSpaceAfter(span: Parameters<RuleContext["report"]>[2]["span"]): typeof span {
  const space = /^[ \t]*/.exec(span.file.text.slice(span.end, span.end + 80));
  return { ...span, end: span.end + (space?.[0].length ?? 0) };
}
