import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { type ResolvedMethod, type ResolvedType } from "../program.ts";
import { typeText, withoutAlias } from "../types.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Requests and results are messages, unions or void. */
export const callTypes: Rule = {
  id: "call-types",
  severity: "error",
  purpose:
    "The request and the result of a method are a message, a union or void, and the items of a stream are not void.",
  clause: "2.14.2, 2.14.3, 2.14.4",
  create: (context) => ({ method: (method) => check(method, context) }),
};

function check(method: ResolvedMethod, { report }: RuleContext): void {
  const { parameters, result } = method.node;
  if (parameters.kind === "message_parameter") {
    const { span } = parameters.type;
    const problem = problemOf(method.request, parameters.stream);
    if (problem === "type") report(catalog.requestType, { type: typeText(method.request) }, { span });
    if (problem === "void") report(catalog.voidPlace, { where: "the item of a stream" }, { span });
  }
  if (result?.kind === "type_result") {
    const { span } = result.type;
    const problem = problemOf(method.response, result.stream);
    if (problem === "type") report(catalog.resultType, { type: typeText(method.response) }, { span });
    if (problem === "void") report(catalog.voidPlace, { where: "the item of a stream" }, { span });
  }
}

function problemOf(type: ResolvedType, isStream: boolean): "type" | "void" | undefined {
  const base = withoutAlias(type);
  if (base.kind === "unknown") return undefined;
  if (base.kind === "builtin" && base.name === "void") return isStream ? "void" : undefined;
  return base.kind === "declared" && base.symbol.node.kind !== "enum" ? undefined : "type";
}
