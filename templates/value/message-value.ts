import { code, type FlatCode, type Ident, type Piece, words } from "../code.ts";
import { lineBreak } from "../fill.ts";
import { entry, generic, object, pureCall, typedConstant } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames } from "../names.ts";
import { lineWidth } from "../print.ts";
import { inFile, settled } from "../settle.ts";

/** The value beside the interface of a message, union or error: `User.encode(...)`, `User.decode(...)`. */
export function messageValue(
  context: ModuleContext,
  names: MessageNames,
  fullName: string,
  checked: boolean,
): FlatCode {
  const part = (emitted: boolean, name: Ident, from: string): Piece => (emitted ? name : leftOut(context, from));
  const json = context.emits("json");
  const validate = checked || !context.emits("validate") ? names.validate : context.imports.runtime("noViolations");
  const entries: readonly Entry[] = [
    [words`typeName`, stringLiteral(fullName)],
    [words`write`, names.write],
    [words`read`, names.read],
    [words`toJson`, part(json, names.toJson, "json")],
    [words`fromJson`, part(json, names.fromJson, "json")],
    [words`create`, names.create],
    [words`validate`, part(context.emits("validate"), validate, "validate")],
    [words`equals`, names.equals],
  ];
  const type = context.imports.runtime("MessageType");
  const create = context.imports.runtime("messageType");
  return (
    plainValue(words`export const ${names.type}: ${type}<${names.type}, ${names.init}> =`, create, entries) ??
    settled(0, () => {
      const parts = object(entries.map(([name, value]) => entry(name, value)));
      const constant = typedConstant(
        code`export const ${names.type}`,
        generic(type, [names.type, names.init]),
        pureCall(create, [parts]),
      );
      return code`${constant};`;
    })
  );
}

type Entry = readonly [name: FlatCode, value: Piece];

/** The value when its lines fit, which is nearly always: messages have one each. */
function plainValue(head: FlatCode, create: Ident, entries: readonly Entry[]): FlatCode | undefined {
  const opening = words`/*@__PURE__*/ ${create}({`;
  const isBroken = head.length + 1 + opening.length > lineWidth;
  if (head.length > lineWidth) return undefined;
  const depth = isBroken ? 2 : 1;
  const between = lineBreak(depth);
  let text = "";
  for (const [name, value] of entries) {
    if (typeof value !== "string" || depth * 2 + name.length + value.length + 3 > lineWidth) return undefined;
    text += `${between}${name}: ${value},`;
  }
  const inside = text as FlatCode;
  return isBroken
    ? inFile`
        ${head}
          ${opening}${inside}
          });
      `
    : inFile`
        ${head} ${opening}${inside}
        });
      `;
}

function leftOut(context: ModuleContext, part: string): Piece {
  return pureCall(context.imports.runtime("leftOut"), [stringLiteral(part)]);
}
