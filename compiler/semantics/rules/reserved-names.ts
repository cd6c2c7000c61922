import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Identifier, ReservedNode, StringLiteral } from "../../syntax/ast.ts";
import type { Rule, RuleContext } from "./rule.ts";

/** Reserved names are not used. */
export const reservedNames: Rule = {
  id: "reserved-names",
  severity: "error",
  purpose: "No field, oneof, enum member or method has a reserved name.",
  clause: "2.3.3",
  create: (context) => ({
    shape: ({ symbol, reserved, members, fields }) => {
      if (reserved.length === 0) return;
      const oneofs = members.flatMap((member) => (member.kind === "oneof" ? [member.node.name] : []));
      check([...fields.map(({ node }) => node.name), ...oneofs], { owner: symbol.name, reserved, context });
    },
    enum: ({ name, node }) => {
      const reserved = node.members.filter((member) => member.kind === "reserved");
      const members = node.members.filter((member) => member.kind === "enum_member");
      check(
        members.map((member) => member.name),
        { owner: name, reserved, context },
      );
    },
    service: ({ name, node }, methods) => {
      const reserved = node.members.filter((member) => member.kind === "reserved");
      check(
        methods.map((method) => method.node.name),
        { owner: name, reserved, context },
      );
    },
  }),
};

function check(
  names: readonly Identifier[],
  where: { readonly owner: string; readonly reserved: readonly ReservedNode[]; readonly context: RuleContext },
): void {
  const items = where.reserved.flatMap((node) => node.items);
  const reserved = new Map<string, StringLiteral>();
  for (const item of items) if (item.kind === "string_literal") reserved.set(item.value, item);
  if (reserved.size === 0) return;
  for (const name of names) {
    const item = reserved.get(name.text);
    if (item === undefined) continue;
    const related = [{ span: item.span, message: "reserved here" }];
    where.context.report(catalog.reservedName, { name: name.text, owner: where.owner }, { span: name.span, related });
  }
}
