import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { brokenConstraint, constantText } from "../annotations/constraint-fit.ts";
import type { ResolvedField, Shape } from "../program.ts";
import { aliasChain } from "../types.ts";
import { isCase } from "./case-forms.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Defaults can be used, and are valid. */
export const defaults: Rule = {
  id: "defaults",
  severity: "error",
  purpose: "A default stands on a field that is not optional and no case, and satisfies the constraints of the field.",
  clause: "2.6.3",
  create: (context) => ({ annotatedField: (field, shape) => checkDefault(field, shape, context) }),
};

function checkDefault(field: ResolvedField, shape: Shape, { analysis, report }: RuleContext): void {
  const { annotations } = analysis;
  const annotation = annotations.find(field.node, "default");
  if (annotation === undefined) return;
  if (isCase(field, shape))
    return report(catalog.defaultContradiction, { reason: "case" }, { span: annotation.node.span });
  if (field.node.optional) {
    return report(catalog.defaultContradiction, { reason: "optional" }, { span: annotation.node.span });
  }
  const value = annotation.arguments.get("value");
  if (value === undefined) return;
  const nodes = [field.node, ...aliasChain(field.type).map(({ node }) => node)];
  const broken = nodes.map((node) => brokenConstraint(value, annotations.of(node))).find((each) => each !== undefined);
  if (broken === undefined) return;
  const span = annotation.argumentNodes.get("value")?.value.span ?? annotation.node.span;
  const related = [{ span: broken.node.span, message: "the constraint is here" }];
  report(catalog.defaultBreaksConstraint, { constraint: broken.name, value: constantText(value) }, { span, related });
}
