import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { MemberNode } from "../../syntax/ast.ts";
import type { ResolvedField, Shape } from "../program.ts";
import { withoutAlias } from "../types.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Cases of unions and oneofs hold one value each. */
export const caseForms: Rule = {
  id: "case-forms",
  severity: "error",
  purpose: "Unions and oneofs have cases, and a case is a single value that is neither optional, list nor map.",
  clause: "2.7.1, 2.7.2",
  create: (context) => ({
    field: (field, shape) => checkCase(field, shape, context),
    shape: (shape) => checkHolders(shape, context),
  }),
};

/** True for a case of a union or oneof. */
export function isCase(field: ResolvedField, shape: Shape): boolean {
  return field.oneof !== undefined || shape.symbol.node.kind === "union";
}

function checkCase(field: ResolvedField, shape: Shape, { report }: RuleContext): void {
  if (!isCase(field, shape)) return;
  const { node } = field;
  const names = { name: node.name.text, owner: field.oneof?.name.text ?? shape.symbol.name };
  if (node.optional) {
    const { file, end } = node.name.span;
    const mark = file.text.indexOf("?", end);
    const span = { file, start: mark, end: mark + 1 };
    const fix = { title: "remove the `?`", edits: [{ span, text: "" }] };
    report(catalog.caseForm, { ...names, what: "optional" }, { span, fix });
  }
  const { kind } = withoutAlias(field.type);
  if (kind === "list" || kind === "map") report(catalog.caseForm, { ...names, what: kind }, { span: node.type.span });
}

function checkHolders(shape: Shape, { report }: RuleContext): void {
  const { symbol } = shape;
  if (symbol.node.kind === "union" && shape.fields.length === 0) {
    report(catalog.noCases, { what: "union", name: symbol.name }, { span: symbol.nameSpan });
  }
  for (const member of shape.members) {
    if (member.kind !== "oneof") continue;
    const { node } = member;
    if (symbol.node.kind === "union") report(catalog.nestedOneof, { name: node.name.text }, { span: node.name.span });
    else if (member.fields.length === 0)
      report(catalog.noCases, { what: "oneof", name: node.name.text }, { span: node.name.span });
    reportNested(node.members, report);
  }
}

function reportNested(members: readonly MemberNode[], report: RuleContext["report"]): void {
  for (const member of members) {
    if (member.kind === "oneof") report(catalog.nestedOneof, { name: member.name.text }, { span: member.name.span });
  }
}
