import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Identifier } from "../../syntax/ast.ts";
import type { Rule } from "./rule.ts";

/** Names that no spelling in generated code makes safe. */
export const forbiddenNames: Rule = {
  id: "forbidden-names",
  severity: "error",
  purpose: "Nothing is named `__proto__`, which JavaScript takes for the prototype of an object.",
  clause: "2.2.6",
  create: ({ report }) => {
    const check = (name: Identifier): void => {
      if (name.text === "__proto__") report(catalog.forbiddenName, { name: name.text }, { span: name.span });
    };
    return {
      symbol: ({ node, name, nameSpan }) => {
        if (node.kind !== "inline_shape") check({ kind: "identifier", text: name, span: nameSpan });
        if (node.kind === "enum")
          for (const member of node.members) if (member.kind === "enum_member") check(member.name);
      },
      shape: ({ members }) => {
        for (const member of members) if (member.kind === "oneof") check(member.node.name);
      },
      field: ({ node }) => check(node.name),
      method: ({ node }) => check(node.name),
    };
  },
};
