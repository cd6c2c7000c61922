import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { onConstrained } from "./constrained.ts";
import type { Rule } from "./rule.ts";

const FORMATS = new Set(["email", "uuid", "uri", "ip", "hostname"]);

/** A string has one format. */
export const formats: Rule = {
  id: "formats",
  severity: "error",
  purpose: "At most one of `@email`, `@uuid`, `@uri`, `@ip` and `@hostname` stands on a string.",
  clause: "2.11.4",
  create: (context) =>
    onConstrained(context, ({ node }) => {
      const annotations = context.analysis.annotations.of(node);
      const [first, second] = annotations.filter(({ name, isStandard }) => isStandard && FORMATS.has(name));
      if (first === undefined || second === undefined) return;
      const related = [{ span: first.node.span, message: "one format" }];
      context.report(
        catalog.formatTwice,
        { first: first.name, second: second.name },
        { span: second.node.span, related },
      );
    }),
};
