import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Identifier } from "../../syntax/ast.ts";
import type { Rule } from "./rule.ts";

/** A second name of a method is its own. */
export const methodAlias: Rule = {
  id: "method-alias",
  severity: "error",
  purpose: "The alias of a method is not the name or alias of another method of the service.",
  clause: "2.15.7",
  create: ({ analysis, report }) => ({
    service: (_, methods) => {
      const names = new Map<string, Identifier>();
      for (const { node, wireName } of methods) names.set(node.name.text, node.name).set(wireName, node.name);
      for (const { node } of methods) {
        const annotation = analysis.annotations.find(node, "alias");
        const alias = annotation?.arguments.get("name");
        if (annotation === undefined || alias?.kind !== "string") continue;
        const other = names.get(alias.value);
        if (other === undefined) names.set(alias.value, node.name);
        else {
          const span = annotation.argumentNodes.get("name")?.value.span ?? annotation.node.span;
          const related = [{ span: other.span, message: "the other method" }];
          report(catalog.aliasClash, { alias: alias.value, other: other.text }, { span, related });
        }
      }
    },
  }),
};
