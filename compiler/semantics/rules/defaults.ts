import type { ConstantValue } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Annotations, CheckedAnnotation } from "../annotations/check-annotations.ts";
import type { ResolvedField, Shape } from "../program.ts";
import { aliasChain } from "../types.ts";
import { boundText } from "../values.ts";
import { compareNumbers } from "./bounds.ts";
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
  const broken = nodes.map((node) => brokenConstraint(value, node, annotations)).find((each) => each !== undefined);
  if (broken === undefined) return;
  const span = annotation.argumentNodes.get("value")?.value.span ?? annotation.node.span;
  const related = [{ span: broken.node.span, message: "the constraint is here" }];
  report(catalog.defaultBreaksConstraint, { constraint: broken.name, value: constantText(value) }, { span, related });
}

/** The first constraint of a field or alias that a value does not satisfy. Formats and checks are left to run time. */
function brokenConstraint(value: ConstantValue, node: object, annotations: Annotations): CheckedAnnotation | undefined {
  return annotations.of(node).find((annotation) => annotation.isStandard && breaks(value, annotation));
}

function breaks(value: ConstantValue, annotation: CheckedAnnotation): boolean {
  const number = boundText(value);
  const argument = annotation.arguments.get("value");
  const bound = argument && boundText(argument);
  const order = number === undefined || bound === undefined ? undefined : compareNumbers(number, bound);
  switch (annotation.name) {
    case "min":
      return order !== undefined && order < 0;
    case "max":
      return order !== undefined && order > 0;
    case "gt":
      return order !== undefined && order <= 0;
    case "lt":
      return order !== undefined && order >= 0;
    case "len":
      return value.kind === "string" && isOutside([...value.value].length, annotation.arguments.get("size"));
    case "in":
      return !listed(value, annotation);
    case "notIn":
      return listed(value, annotation);
    case "pattern":
      return value.kind === "string" && !matches(value.value, annotation.arguments.get("pattern"));
    default:
      return false;
  }
}

function isOutside(length: number, size: ConstantValue | undefined): boolean {
  if (size?.kind === "int") return length !== Number(size.value);
  if (size?.kind !== "range") return false;
  return length < Number(size.min ?? 0) || length > Number(size.max ?? length);
}

function listed(value: ConstantValue, annotation: CheckedAnnotation): boolean {
  const values = annotation.arguments.get("values");
  return values?.kind === "list" && values.values.some((each) => constantText(each) === constantText(value));
}

function matches(text: string, pattern: ConstantValue | undefined): boolean {
  if (pattern?.kind !== "string" || text.length > 1000) return true;
  // Only literal starts are tried here: a hostile pattern could take for ever.
  const literal = /^\^?([\w -]*)\$?$/.exec(pattern.value);
  if (literal === null) return true;
  const [, part = ""] = literal;
  if (pattern.value.startsWith("^")) return pattern.value.endsWith("$") ? text === part : text.startsWith(part);
  return pattern.value.endsWith("$") ? text.endsWith(part) : text.includes(part);
}

/** A constant as a schema would write it. */
export function constantText(value: ConstantValue): string {
  switch (value.kind) {
    case "string":
      return JSON.stringify(value.value);
    case "enum":
      return `\`${value.member}\``;
    case "bool":
      return String(value.value);
    default:
      return boundText(value) ?? "this";
  }
}
