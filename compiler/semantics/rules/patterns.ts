import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { onConstrained } from "./constrained.ts";
import type { Rule } from "./rule.ts";

/** Patterns are regular expressions. */
export const patterns: Rule = {
  id: "patterns",
  severity: "error",
  purpose: "The argument of `@pattern` is a JavaScript regular expression with the flag `u`.",
  clause: "2.11.4",
  create: (context) =>
    onConstrained(context, ({ node }) => {
      const annotation = context.analysis.annotations.find(node, "pattern");
      const pattern = annotation?.arguments.get("pattern");
      if (annotation === undefined || pattern?.kind !== "string") return;
      const reason = patternProblem(pattern.value);
      const span = annotation.argumentNodes.get("pattern")?.value.span ?? annotation.node.span;
      if (reason !== undefined) context.report(catalog.patternInvalid, { reason }, { span });
    }),
};

/** Only builds the expression; nothing is matched against it. */
function patternProblem(pattern: string): string | undefined {
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    return message.slice(message.lastIndexOf(": ") + 2).toLowerCase();
  }
}
