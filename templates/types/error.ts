import type { ErrorDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { arrow, call, entry, generic, object, parameterList, pureCall, signature, typedConstant } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { ErrorNames } from "../names.ts";
import { locals } from "../naming.ts";

/** The class of a declared error. Stands below the value with its data. */
export function errorClass(context: ModuleContext, error: ErrorDescriptor, names: ErrorNames): Code {
  const base = context.imports.runtime("DeclaredError");
  const guard = code`${locals.error} is ${names.type}`;
  const isSignature = signature(code`static override is`, [code`${locals.error}: unknown`], guard);
  return code`
    ${docComment({ ...error, notes: [`Status code: \`${error.code}\`.`] })}
    export class ${names.type} extends ${generic(base, [names.data.type])} {
      ${typeMember(context, error, names)}

      ${constructorMember(error, names)}

      /** True for this error, also when another copy of this module made it. */
      ${isSignature} {
        return ${call(context.imports.runtime("isDeclaredError"), [locals.error, stringLiteral(error.fullName)])};
      }
    }
  `;
}

function typeMember(context: ModuleContext, error: ErrorDescriptor, names: ErrorNames): Code {
  const type = generic(context.imports.runtime("ErrorType"), [names.data.type, names.data.init]);
  const make = call(code`new ${names.type}`, [locals.data, locals.message]);
  const value = pureCall(context.imports.runtime("errorType"), [
    object([
      entry(code`typeName`, stringLiteral(error.fullName)),
      entry(code`code`, stringLiteral(error.code)),
      entry(code`data`, names.data.type),
      entry(code`create`, arrow([locals.data, locals.message], make)),
    ]),
  ]);
  return code`${typedConstant(code`static readonly type`, type, value)};`;
}

function constructorMember(error: ErrorDescriptor, names: ErrorNames): Code {
  const mayBeLeftOut = error.members.every((member) => !member.required);
  const parameters = [
    code`${locals.data}: ${names.data.init}${mayBeLeftOut ? code` = {}` : undefined}`,
    code`${locals.message} = ${stringLiteral(readableName(error.name))}`,
  ];
  const result = call(code`super`, [
    code`${names.type}.type`,
    code`${names.data.type}.create(${locals.data})`,
    locals.message,
  ]);
  return code`
    constructor${parameterList(parameters)} {
      ${result};
    }
  `;
}

/** `UserNotFound` -> `user not found`. */
function readableName(name: string): string {
  return name
    .replace(/[._]/g, " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase();
}
