import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Span } from "../../source/source-file.ts";
import type { DeclaredSymbol, Module } from "../program.ts";
import type { Rule } from "./rule.ts";

interface Named {
  readonly what: string;
  readonly span: Span;
}

/** Names of nested types, inline shapes and instances in TypeScript differ from all others of the file. */
export const outputNames: Rule = {
  id: "output-names",
  severity: "error",
  purpose: "Joined names of nested types, inline shapes and instances are not the names of other declarations.",
  clause: "2.2.6",
  create: ({ analysis, report }) => {
    const byModule = new Map<Module, Map<string, Named>>();
    const enter = (module: Module, name: string, named: Named): void => {
      const names = byModule.get(module) ?? new Map<string, Named>();
      byModule.set(module, names);
      const first = names.get(name);
      if (first === undefined) names.set(name, named);
      else if (first.what !== named.what) {
        const related = [{ span: first.span, message: "the other one is here" }];
        report(catalog.outputNameClash, { name, what: named.what, other: first.what }, { span: named.span, related });
      }
    };
    return {
      end: () => {
        for (const symbol of inOrderOfDepth(analysis.bound.symbols)) {
          if (!isEmitted(symbol)) continue;
          enter(symbol.module, symbol.qualifiedName.replaceAll(".", "_"), {
            what: describe(symbol),
            span: symbol.nameSpan,
          });
        }
        for (const module of analysis.modules) {
          for (const { name, symbol, span } of analysis.instances.ofModule(module)) {
            enter(module, name, { what: `an instance of \`${symbol.name}\``, span });
          }
        }
      },
    };
  },
};

/** Declarations at the top first: they keep their names, the joined ones are at fault. */
function inOrderOfDepth(symbols: readonly DeclaredSymbol[]): DeclaredSymbol[] {
  return [
    ...symbols.filter(({ parent }) => parent === undefined),
    ...symbols.filter(({ parent }) => parent !== undefined),
  ];
}

function isEmitted({ node, typeParameters }: DeclaredSymbol): boolean {
  return node.kind !== "annotation_declaration" && node.kind !== "error_set" && typeParameters.length === 0;
}

function describe(symbol: DeclaredSymbol): string {
  const { node } = symbol;
  if (node.kind !== "inline_shape") return `\`${symbol.qualifiedName}\``;
  return `the ${node.origin === "result" ? "result" : "parameters"} of \`${node.name.text}\``;
}
