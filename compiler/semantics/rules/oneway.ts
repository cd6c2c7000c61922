import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { ResolvedMethod } from "../program.ts";
import { withoutAlias } from "../types.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** One-way methods do not answer. */
export const oneway: Rule = {
  id: "oneway",
  severity: "error",
  purpose: "A method with `@oneway` has no result, no stream and throws nothing of its own.",
  clause: "2.14.5",
  create: (context) => ({ method: (method) => check(method, context) }),
};

function check(method: ResolvedMethod, { analysis, report }: RuleContext): void {
  const annotation = analysis.annotations.find(method.node, "oneway");
  if (annotation === undefined) return;
  const { node } = method;
  const related = [{ span: annotation.node.span, message: "one-way" }];
  const name = node.name.text;
  const [thrown] = node.throws;
  if (method.kind !== "unary") {
    const span = node.result?.stream ? node.result.span : node.parameters.span;
    return report(catalog.onewayContradiction, { method: name, what: "stream" }, { span, related });
  }
  const response = withoutAlias(method.response);
  const isVoid = response.kind === "unknown" || (response.kind === "builtin" && response.name === "void");
  if (!isVoid && node.result !== undefined) {
    report(catalog.onewayContradiction, { method: name, what: "result" }, { span: node.result.span, related });
  }
  if (thrown !== undefined)
    report(catalog.onewayContradiction, { method: name, what: "throws" }, { span: thrown.span, related });
}
