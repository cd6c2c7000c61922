import type { AliasDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { generic, sections, signature } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import { locals } from "../naming.ts";
import { typeExpression } from "../type-expression.ts";
import { describeConstraint } from "./notes.ts";

/** `export type Email = string;`, or a branded type with the function that makes its values. */
export function aliasTypes(context: ModuleContext, alias: AliasDescriptor, name: Ident): Code {
  const type = typeExpression(context, alias.type, "value");
  const rules = (alias.type.constraints ?? []).map(describeConstraint).filter((text) => text !== "");
  const notes = rules.length === 0 ? [] : [`Must be: ${rules.join(", ")}.`];
  const comment = docComment({ ...alias, notes });
  if (!alias.brand) {
    return code`
      ${comment}
      export type ${name} = ${type};
    `;
  }
  const branded = generic(context.imports.runtime("Brand"), [type, stringLiteral(alias.fullName)]);
  return sections(
    code`
      ${comment}
      export type ${name} = ${branded};
    `,
    code`
      /** Takes a value for a {@link ${name}}; nothing is checked. */
      export function ${signature(name, [code`${locals.value}: ${type}`], name)} {
        return ${locals.value} as ${name};
      }
    `,
  );
}
