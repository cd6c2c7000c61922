import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Identifier } from "../../syntax/ast.ts";
import { wireNameOf } from "../shapes.ts";
import type { Shape } from "../program.ts";
import { enumMemberWireName, jsonNameOf } from "../spelling.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Members differ in name, also in protobuf and in JSON. */
export const memberNames: Rule = {
  id: "member-names",
  severity: "error",
  purpose: "The members of a message, enum or service have different names in the schema, in protobuf and in JSON.",
  clause: "2.2.3, 2.2.5",
  create: (context) => ({
    shape: ({ symbol, members, fields }) => {
      if (areDistinct(members, fields)) return;
      const oneofs = members.filter((member) => member.kind === "oneof");
      const named: Named[] = [
        ...fields.map(({ node, wireName, jsonName }) => ({ name: node.name, wireName, jsonName })),
        ...oneofs.map(({ node, wireName }) => ({ name: node.name, wireName })),
      ].sort((left, right) => left.name.span.start - right.name.span.start);
      check(named, { owner: ownerName(symbol), what: "fields", context });
    },
    enum: ({ name, node }) => {
      const members = node.members.filter((member) => member.kind === "enum_member");
      const wireName = (member: (typeof members)[number]): string =>
        wireNameOf(member, (text) => enumMemberWireName(name, text));
      const named = members.map((member) => ({ name: member.name, wireName: wireName(member) }));
      check(named, { owner: name, what: "members", context });
    },
    service: ({ name }, methods) => {
      const named = methods.map(({ node, wireName }) => ({ name: node.name, wireName }));
      check(named, { owner: name, what: "methods", context });
    },
  }),
};

function ownerName({
  node,
  name,
}: {
  readonly node: { readonly kind: string; readonly name: { readonly text: string } };
  readonly name: string;
}): string {
  return node.kind === "inline_shape" ? node.name.text : name;
}

/**
 * Without `@json` a JSON name is computed from the protobuf name, and that from the name: when all JSON names differ, so do the
 * others. This answers for most messages.
 */
function areDistinct(members: Shape["members"], fields: Shape["fields"]): boolean {
  const names = new Set<string>();
  for (const { node, jsonName } of fields) {
    if (node.annotations.length > 0) return false;
    names.add(jsonName);
  }
  let oneofs = 0;
  for (const member of members) {
    if (member.kind !== "oneof") continue;
    names.add(jsonNameOf(member.wireName));
    oneofs++;
  }
  return names.size === fields.length + oneofs;
}

interface Named {
  readonly name: Identifier;
  readonly wireName: string;
  readonly jsonName?: string;
}

interface Where {
  readonly owner: string;
  readonly what: string;
  readonly context: RuleContext;
}

/** One finding for each member at most: the same name says more than the same name elsewhere. */
function check(members: readonly Named[], where: Where): void {
  const byName = new Map<string, Named>();
  const byWireName = new Map<string, Named>();
  const byJsonName = new Map<string, Named>();
  for (const member of members) {
    const { name, wireName, jsonName } = member;
    const sameName = firstOf(byName, name.text, member);
    const sameWireName = firstOf(byWireName, wireName, member);
    const sameJsonName = jsonName === undefined ? undefined : firstOf(byJsonName, jsonName, member);
    const other = sameName ?? sameWireName ?? sameJsonName;
    if (other === undefined) continue;
    const place = { span: name.span, related: [{ span: other.name.span, message: "the other one is here" }] };
    const both = { name: name.text, other: other.name.text };
    const { context, owner, what } = where;
    if (sameName) context.report(catalog.duplicateMember, { name: name.text, owner, what }, place);
    else if (sameWireName) context.report(catalog.wireNameClash, { ...both, wireName }, place);
    else context.report(catalog.jsonNameClash, { ...both, jsonName: jsonName ?? "" }, place);
  }
}

/** The member that had the key before, which is entered when there is none. */
function firstOf(table: Map<string, Named>, key: string, member: Named): Named | undefined {
  const first = table.get(key);
  if (first === undefined) table.set(key, member);
  return first;
}
