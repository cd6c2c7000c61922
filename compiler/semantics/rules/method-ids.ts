import { methodIdFromPath } from "@rpcgen/runtime/descriptor";
import { semanticsCatalog as catalog } from "../../diagnostics/catalog-semantics.ts";
import type { ResolvedMethod } from "../program.ts";
import type { Rule } from "./rule.ts";

/** Methods have different numbers on the wire. */
export const methodIds: Rule = {
  id: "method-ids",
  severity: "error",
  purpose: "No two methods of a compilation have the same number on the wire.",
  clause: "2.14.6",
  create: ({ report }) => {
    const first = new Map<number, ResolvedMethod>();
    return {
      method: (method) => {
        const id = methodIdFromPath(method.path);
        const other = first.get(id);
        if (other === undefined) first.set(id, method);
        else if (other.path !== method.path) {
          const related = [{ span: other.node.name.span, message: `\`${other.path}\`` }];
          report(
            catalog.methodIdClash,
            { path: method.path, other: other.path },
            { span: method.node.name.span, related },
          );
        }
      },
    };
  },
};
