import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { assign, pureCall } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { compactJson } from "./compact.ts";

/** The schema as one string, parsed when somebody asks for it. */
export function schemaSourceValue(context: ModuleContext): Code {
  const type = context.imports.runtime("SchemaSource");
  const value = pureCall(context.imports.runtime("schemaSource"), [stringLiteral(compactJson(context.file))]);
  return code`
    ${docComment({ notes: ["The schema of this module, for reflection."] })}
    ${assign(code`export const ${context.own.schema}: ${type}`, value)};
  `;
}
