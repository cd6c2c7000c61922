import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { CheckedAnnotation } from "../annotations/check-annotations.ts";
import { boundText } from "../values.ts";
import { type Constrained, onConstrained } from "./constrained.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Bounds leave values over. */
export const bounds: Rule = {
  id: "bounds",
  severity: "error",
  purpose: "A lower bound does not lie above the upper one, and each side is bounded once.",
  clause: "2.11.3",
  create: (context) =>
    onConstrained(context, (constrained) => {
      checkCounts(constrained, context);
      checkSides(constrained, context);
    }),
};

function checkCounts({ node }: Constrained, { analysis, report }: RuleContext): void {
  for (const name of ["len", "bytes", "items"]) {
    const annotation = analysis.annotations.find(node, name);
    const size = annotation?.arguments.get("size");
    if (annotation === undefined || size?.kind !== "range" || size.min === undefined || size.max === undefined)
      continue;
    if (Number(size.min) <= Number(size.max)) continue;
    const span = annotation.argumentNodes.get("size")?.value.span ?? annotation.node.span;
    const fix = { title: "exchange the bounds", edits: [{ span, text: `${size.max}..${size.min}` }] };
    report(catalog.emptyRange, { what: `\`@${name}\``, min: size.min, max: size.max }, { span, fix });
  }
}

function checkSides({ node }: Constrained, context: RuleContext): void {
  const find = (name: string): CheckedAnnotation | undefined => context.analysis.annotations.find(node, name);
  const lower = oneOf(find("min"), find("gt"), { side: "below", context });
  const upper = oneOf(find("max"), find("lt"), { side: "above", context });
  if (lower === undefined || upper === undefined) return;
  const min = valueOf(lower);
  const max = valueOf(upper);
  if (min === undefined || max === undefined) return;
  const order = compareNumbers(min, max);
  const isOpen = lower.name === "gt" || upper.name === "lt";
  if (order < 0 || (order === 0 && !isOpen)) return;
  const [first, second] = lower.node.span.start < upper.node.span.start ? [lower, upper] : [upper, lower];
  const related = [{ span: first.node.span, message: "together with this" }];
  const what = `\`@${first.name}\` and \`@${second.name}\` together`;
  context.report(catalog.emptyRange, { what, min, max, isOpen: order === 0 }, { span: second.node.span, related });
}

function oneOf(
  inclusive: CheckedAnnotation | undefined,
  exclusive: CheckedAnnotation | undefined,
  { side, context }: { readonly side: string; readonly context: RuleContext },
): CheckedAnnotation | undefined {
  if (inclusive === undefined || exclusive === undefined) return inclusive ?? exclusive;
  const [first, second] =
    inclusive.node.span.start < exclusive.node.span.start ? [inclusive, exclusive] : [exclusive, inclusive];
  const related = [{ span: first.node.span, message: "bounded here already" }];
  context.report(
    catalog.boundTwice,
    { first: first.name, second: second.name, side },
    { span: second.node.span, related },
  );
  return undefined;
}

function valueOf(annotation: CheckedAnnotation): string | undefined {
  const value = annotation.arguments.get("value");
  return value && boundText(value);
}

/** Negative, zero or positive, exact for integers of any size. */
export function compareNumbers(left: string, right: string): number {
  const whole = /^-?[0-9]+$/;
  if (whole.test(left) && whole.test(right)) {
    const difference = BigInt(left) - BigInt(right);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  return Number(left) - Number(right);
}
