import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Span } from "../../source/source-file.ts";
import type { AnnotationNode } from "../../syntax/ast.ts";
import { type AnnotationParts, type Annotations, type CheckedAnnotation } from "../annotations/check-annotations.ts";
import type { AnnotationSite } from "../annotations/sites.ts";
import { isSymbolOf, type ResolvedType } from "../program.ts";
import type { CheckedRule } from "./expression.ts";
import { literalRange } from "./literal-offsets.ts";
import { parseExpression } from "./parse-expression.ts";
import { typeCheck } from "./type-check.ts";

export interface ExpressionParts extends AnnotationParts {
  readonly annotations: Annotations;
}

/** Parses and checks the expression of every `@check`. */
export function checkExpressions(parts: ExpressionParts): ReadonlyMap<AnnotationNode, CheckedRule> {
  const rules = new Map<AnnotationNode, CheckedRule>();
  for (const site of parts.sites) {
    for (const annotation of parts.annotations.of(site.node)) {
      if (!annotation.isStandard || annotation.name !== "check") continue;
      const rule = checkRule(annotation, site, parts);
      if (rule !== undefined) rules.set(annotation.node, rule);
    }
  }
  return rules;
}

function checkRule(
  annotation: CheckedAnnotation,
  site: AnnotationSite,
  parts: ExpressionParts,
): CheckedRule | undefined {
  const source = annotation.arguments.get("expression");
  const literal = annotation.argumentNodes.get("expression")?.value;
  if (source?.kind !== "string" || literal === undefined) return undefined;
  const spanOf = (range: { readonly start: number; readonly end: number }): Span =>
    literal.kind === "string_literal" ? literalRange(literal.span, range) : literal.span;
  const parsed = parseExpression(source.value);
  if ("problem" in parsed) {
    const { expected, found } = parsed.problem;
    parts.report(catalog.checkSyntax, { expected, found }, { span: spanOf(parsed.problem) });
    return undefined;
  }
  const surroundings = surroundingsOf(site);
  const expression = typeCheck(parsed.node, { ...parts, ...surroundings, scope: site.scope, spanOf });
  if (expression === undefined) return undefined;
  const message = annotation.arguments.get("message");
  return {
    source: source.value,
    message: message?.kind === "string" ? message.value : `must satisfy ${source.value}`,
    expression,
  };
}

/** On a field or alias `this` is the value; on a message its fields have their names. */
function surroundingsOf(site: AnnotationSite): {
  readonly self?: ResolvedType;
  readonly selfNode?: object;
  readonly message?: object;
} {
  if (site.type !== undefined) return { self: site.type, selfNode: site.node };
  const { symbol } = site.scope;
  return isSymbolOf(symbol, "message", "error") ? { message: symbol } : {};
}
