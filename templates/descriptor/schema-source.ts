import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { assign, call } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";

/** The schema as one string, parsed when somebody asks for it. */
export function schemaSourceValue(context: ModuleContext): Code {
  const type = context.imports.runtime("SchemaSource");
  const make = code`/* @__PURE__ */ ${context.imports.runtime("schemaSource")}`;
  const value = call(make, [stringLiteral(JSON.stringify(context.file))]);
  return code`
    ${docComment({ notes: ["The schema of this module, for reflection."] })}
    ${assign(code`export const ${context.own.schema}: ${type}`, value)};
  `;
}
