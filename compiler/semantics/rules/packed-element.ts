import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { typeFamily } from "../annotations/type-family.ts";
import { typeText, withoutAlias } from "../types.ts";
import type { Rule } from "./rule.ts";

const PACKABLE = new Set(["integer", "integer64", "float", "bool", "enum"]);

/** `@packed` is about lists that can be packed. */
export const packedElement: Rule = {
  id: "packed-element",
  severity: "error",
  purpose: "`@packed` stands on lists of numbers, bools and enums.",
  clause: "2.11.1",
  create: ({ analysis, report }) => ({
    annotatedField: ({ node, type }) => {
      const packed = analysis.annotations.find(node, "packed");
      const base = withoutAlias(type);
      if (packed === undefined || base.kind !== "list") return;
      const family = typeFamily(base.element);
      if (family === undefined || PACKABLE.has(family)) return;
      report(catalog.packedElement, { type: typeText(type) }, { span: packed.node.span });
    },
  }),
};
