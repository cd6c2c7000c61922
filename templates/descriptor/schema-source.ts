import { code, type FlatCode } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { assign, pureCall } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { settled } from "../settle.ts";
import { compactJson } from "./compact.ts";

/** The schema as one string, parsed when somebody asks for it. */
export function schemaSourceValue(context: ModuleContext): FlatCode {
  const source = stringLiteral(compactJson(context.file));
  return settled(0, () => {
    const type = context.imports.runtime("SchemaSource");
    const value = pureCall(context.imports.runtime("schemaSource"), [source]);
    return code`
      ${docComment({ notes: ["The schema of this module, for reflection."] })}
      ${assign(code`export const ${context.own.schema}: ${type}`, value)};
    `;
  });
}
