import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import { isStatusCode, statusCodes } from "../status-codes.ts";
import { closest } from "../../diagnostics/suggest.ts";
import { snakeCase } from "../spelling.ts";
import type { Rule } from "./rule.ts";

/** Errors have canonical status codes. */
export const errorCodes: Rule = {
  id: "error-codes",
  severity: "error",
  purpose: "The code of an error is a canonical status code.",
  clause: "2.13.1",
  create: ({ report }) => ({
    shape: ({ symbol }) => {
      const code = symbol.node.kind === "error" ? symbol.node.code : undefined;
      if (code === undefined || isStatusCode(code.text)) return;
      const spelled = snakeCase(code.text);
      const suggestion = isStatusCode(spelled) ? spelled : closest(code.text, statusCodes);
      const fix = suggestion && { title: `write \`${suggestion}\``, edits: [{ span: code.span, text: suggestion }] };
      const parameters = { code: code.text, suggestion, codes: statusCodes };
      report(catalog.unknownErrorCode, parameters, { span: code.span, ...(fix ? { fix } : {}) });
    },
  }),
};
