import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { Fix } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../source/source-file.ts";
import type { ImportNode, ImportSpecifier } from "../../syntax/ast.ts";
import type { ImportUse } from "../exports.ts";
import type { Rule } from "./rule.ts";

/** Imported names are used. */
export const unusedImports: Rule = {
  id: "unused-imports",
  severity: "warning",
  purpose: "Every imported name is referred to.",
  clause: "2.2.4",
  create: ({ analysis, report }) => ({
    module: (module) => {
      const uses = [...analysis.links.imported(module).values()].map(({ use }) => use);
      const unused = new Set(uses.filter(({ used }) => !used).map(({ local }) => local));
      for (const use of uses) {
        if (use.used || !module.targets.has(use.node)) continue;
        const allUnused = use.node.specifiers.every(({ name, alias }) => unused.has(alias ?? name));
        const span = use.local.span;
        report(catalog.unusedImport, { name: use.local.text }, { span, fix: removal(use, allUnused) });
      }
    },
  }),
};

function removal({ node, local }: ImportUse, wholeStatement: boolean): Fix {
  const span = wholeStatement ? lineOf(node.span) : specifierWithComma(node, local.span);
  return { title: wholeStatement ? "remove the import" : `remove \`${local.text}\``, edits: [{ span, text: "" }] };
}

/** The statement with the rest of its line, when nothing else stands there. */
function lineOf(span: Span): Span {
  const rest = /^[ \t]*(\r\n|\n|\r)/.exec(span.file.text.slice(span.end, span.end + 200));
  return { ...span, end: span.end + (rest?.[0].length ?? 0) };
}

function specifierWithComma(node: ImportNode, local: Span): Span {
  const index = node.specifiers.findIndex(({ span }) => span.start <= local.start && local.end <= span.end);
  const specifier = node.specifiers[index] as ImportSpecifier;
  const next = node.specifiers[index + 1];
  const previous = node.specifiers[index - 1];
  if (next !== undefined) return { ...specifier.span, end: next.span.start };
  return previous === undefined ? specifier.span : { ...specifier.span, start: previous.span.end };
}
