import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { DeclaredSymbol } from "../program.ts";
import type { Rule } from "./rule.ts";

/** Names are unique in a package, across its files. */
export const packageNames: Rule = {
  id: "package-names",
  severity: "error",
  purpose: "Two files of one package do not declare the same name.",
  clause: "2.1.3",
  create: ({ report }) => {
    const first = new Map<string, DeclaredSymbol>();
    return {
      symbol: (symbol) => {
        if (symbol.parent !== undefined || symbol.module.packageName === "") return;
        const other = first.get(symbol.fullName);
        if (other === undefined) first.set(symbol.fullName, symbol);
        else if (other.module !== symbol.module) {
          const related = [{ span: other.nameSpan, message: "first declared here" }];
          report(catalog.packageNameClash, { fullName: symbol.fullName }, { span: symbol.nameSpan, related });
        }
      },
    };
  },
};
