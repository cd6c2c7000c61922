import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { withoutAlias } from "../types.ts";
import type { ResolvedField, Shape } from "../program.ts";
import { isCase } from "./case-forms.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** `@required` stands where absence can be told from a value. */
export const required: Rule = {
  id: "required",
  severity: "error",
  purpose: "`@required` does not stand on optional fields, fields with a default, lists, maps, and cases.",
  clause: "2.6.2",
  create: (context) => ({
    annotatedField: (field, shape) => {
      const annotation = context.analysis.annotations.find(field.node, "required");
      const reason = annotation && contradiction(field, shape, context);
      if (annotation && reason)
        context.report(catalog.requiredContradiction, { reason }, { span: annotation.node.span });
    },
    shape: ({ members }) => {
      for (const member of members) {
        if (member.kind !== "oneof" || !member.node.optional) continue;
        const annotation = context.analysis.annotations.find(member.node, "required");
        if (annotation)
          context.report(catalog.requiredContradiction, { reason: "optional" }, { span: annotation.node.span });
      }
    },
  }),
};

function contradiction(
  field: ResolvedField,
  shape: Shape,
  { analysis }: RuleContext,
): "optional" | "case" | "default" | "list" | "map" | undefined {
  if (isCase(field, shape)) return "case";
  if (field.node.optional) return "optional";
  if (analysis.annotations.find(field.node, "default") !== undefined) return "default";
  const { kind } = withoutAlias(field.type);
  return kind === "list" || kind === "map" ? kind : undefined;
}
