import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Rule } from "./rule.ts";

/** Only what changes nothing is cached. */
export const cache: Rule = {
  id: "cache",
  severity: "error",
  purpose: "`@cache` stands on unary methods that are `@readonly`.",
  clause: "2.15.3",
  create: ({ analysis, report }) => ({
    method: ({ node, service, kind }) => {
      const annotation = analysis.annotations.find(node, "cache");
      if (annotation === undefined) return;
      const isReadonly = [node, service.node].some((each) => analysis.annotations.find(each, "readonly") !== undefined);
      if (isReadonly && kind === "unary") return;
      report(catalog.cacheNeedsReadonly, { method: node.name.text }, { span: annotation.node.span });
    },
  }),
};
