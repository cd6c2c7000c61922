import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Rule } from "./rule.ts";

const KNOWN = 2026n;

/** The edition of a file is known. */
export const edition: Rule = {
  id: "edition",
  severity: "error",
  purpose: "The edition of a file is one that this compiler knows.",
  clause: "2.1.2",
  create: ({ report }) => ({
    module: ({ ast }) => {
      if (ast.edition === undefined || ast.edition.value.value === KNOWN) return;
      const { value, span } = ast.edition.value;
      const fix = { title: "write 2026", edits: [{ span, text: "2026" }] };
      report(catalog.unknownEdition, { found: value }, { span, fix });
    },
  }),
};
