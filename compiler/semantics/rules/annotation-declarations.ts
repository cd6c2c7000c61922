import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { EVERYWHERE } from "../annotations/annotation-spec.ts";
import { typeFamily } from "../annotations/type-family.ts";
import { isSymbolOf, type ResolvedType, type SymbolOf } from "../program.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { typeText, withoutAlias } from "../types.ts";
import type { Rule, RuleContext } from "./rule.ts";

const WRITABLE = new Set(["string", "bool", "integer", "integer64", "float", "enum", "duration", "uuid"]);

/** Declared annotations have targets that exist and parameters that can be written. */
export const annotationDeclarations: Rule = {
  id: "annotation-declarations",
  severity: "error",
  purpose: "Declared annotations are for things that exist, with parameters whose values can be written in a schema.",
  clause: "2.10.6",
  create: (context) => ({
    symbol: (symbol) => {
      if (isSymbolOf(symbol, "annotation_declaration")) check(symbol, context);
    },
  }),
};

function check(symbol: SymbolOf<"annotation_declaration">, { analysis, report }: RuleContext): void {
  const targets: readonly string[] = EVERYWHERE;
  for (const { text, span } of symbol.node.targets) {
    if (targets.includes(text)) continue;
    const suggestion = closest(text, targets);
    const fix = suggestion && { title: `write \`${suggestion}\``, edits: [{ span, text: suggestion }] };
    report(catalog.declaredTarget, { name: text, suggestion, targets }, { span, ...(fix ? { fix } : {}) });
  }
  for (const { name, type } of symbol.node.parameters) {
    const resolved = analysis.types.resolve(type, { module: symbol.module });
    if (isWritable(resolved)) continue;
    report(catalog.declaredParameter, { name: name.text, type: typeText(resolved) }, { span: type.span });
  }
}

function isWritable(type: ResolvedType): boolean {
  const base = withoutAlias(type);
  const family = typeFamily(base.kind === "list" ? base.element : base);
  return family === undefined || WRITABLE.has(family);
}
