import { code, type Code, type Ident, type Piece } from "../code.ts";
import { entry, generic, object, pureCall, typedConstant } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";

/** The value beside the interface of a message, union or error: `User.encode(...)`, `User.decode(...)`. */
export function messageValue(context: ModuleContext, names: MessageNames, fullName: string, checked: boolean): Code {
  const part = (emitted: boolean, name: Ident, from: string): Piece => (emitted ? name : leftOut(context, from));
  const json = context.emits("json");
  const validate = checked || !context.emits("validate") ? names.validate : context.imports.runtime("noViolations");
  const parts = object([
    entry(code`typeName`, stringLiteral(fullName)),
    entry(code`write`, names.write),
    entry(code`read`, names.read),
    entry(code`toJson`, part(json, names.toJson, "json")),
    entry(code`fromJson`, part(json, names.fromJson, "json")),
    entry(code`create`, names.create),
    entry(code`validate`, part(context.emits("validate"), validate, "validate")),
    entry(code`equals`, names.equals),
  ]);
  const type = generic(context.imports.runtime("MessageType"), [names.type, names.init]);
  const value = pureCall(context.imports.runtime("messageType"), [parts]);
  return code`${typedConstant(code`export const ${names.type}`, type, value)};`;
}

function leftOut(context: ModuleContext, part: string): Code {
  return pureCall(context.imports.runtime("leftOut"), [stringLiteral(part)]);
}
