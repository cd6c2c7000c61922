import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { onConstrained } from "./constrained.ts";
import { constantText } from "../annotations/constraint-fit.ts";
import type { Rule } from "./rule.ts";

/** `@in` and `@notIn` do not contradict each other. */
export const valueLists: Rule = {
  id: "value-lists",
  severity: "error",
  purpose: "No value stands both in `@in` and in `@notIn`.",
  clause: "2.11.5",
  create: (context) =>
    onConstrained(context, ({ node }) => {
      const allowed = context.analysis.annotations.find(node, "in");
      const forbidden = context.analysis.annotations.find(node, "notIn");
      const allowedValues = allowed?.arguments.get("values");
      const forbiddenValues = forbidden?.arguments.get("values");
      if (!allowed || !forbidden || allowedValues?.kind !== "list" || forbiddenValues?.kind !== "list") return;
      const texts = new Set(allowedValues.values.map(constantText));
      const value = forbiddenValues.values.map(constantText).find((text) => texts.has(text));
      if (value === undefined) return;
      const related = [{ span: allowed.node.span, message: "allowed here" }];
      context.report(catalog.inContradiction, { value }, { span: forbidden.node.span, related });
    }),
};
