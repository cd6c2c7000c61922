import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { findRequestField, isSingleValue, requestText } from "./request-fields.ts";
import type { Rule } from "./rule.ts";

/** `@hashKey` names a field of the request. */
export const hashKey: Rule = {
  id: "hash-key",
  severity: "error",
  purpose: "`@hashKey` names a single field of the request.",
  clause: "2.15.5",
  create: ({ analysis, report }) => ({
    method: (method) => {
      const annotation = analysis.annotations.find(method.node, "hashKey");
      const value = annotation?.arguments.get("field");
      if (annotation === undefined || (value?.kind !== "word" && value?.kind !== "string")) return;
      if (method.request.kind === "unknown") return;
      const path = value.value.split(".");
      const found = findRequestField(method, path, analysis);
      if (found.type !== undefined && isSingleValue(found.type)) return;
      const span = annotation.argumentNodes.get("field")?.value.span ?? annotation.node.span;
      const suggestion = path.length === 1 ? closest(value.value, found.names) : undefined;
      const fix = suggestion && { title: `write \`${suggestion}\``, edits: [{ span, text: suggestion }] };
      const parameters = { field: value.value, request: requestText(method), suggestion };
      report(catalog.hashKeyField, parameters, { span, ...(fix ? { fix } : {}) });
    },
  }),
};
