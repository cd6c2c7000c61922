import type { EnumDescriptor, EnumMemberDescriptor } from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Literal, type Piece } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import {
  array,
  assign,
  call,
  entry,
  numberArray,
  object,
  pureCall,
  sections,
  signature,
  signatureOfUnion,
  unionBehind,
} from "../layout.ts";
import { numberLiteral, stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { EnumNames } from "../names.ts";
import { locals } from "../naming.ts";

/** A member as TypeScript sees it. */
export function memberLiteral(context: ModuleContext, member: Pick<EnumMemberDescriptor, "name" | "number">): Literal {
  return context.options.enums === "number" ? numberLiteral(member.number) : stringLiteral(member.name);
}

/** The type of an enum: a union of strings, or of numbers by option. */
export function enumTypes(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const members: (Literal | Code)[] = descriptor.members.map((member) => memberLiteral(context, member));
  if (descriptor.open) members.push(code`number`);
  return sections(
    code`
      ${docComment({ ...descriptor, notes: memberNotes(descriptor) })}
      export type ${names.type} =${unionBehind(members)};
    `,
    context.options.enums === "number" ? constantsInterface(descriptor, names) : code``,
  );
}

/** The value beside the type: conversions and the list of members. */
export function enumValue(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const members = descriptor.members.map((member) => memberLiteral(context, member));
  const numeric = context.options.enums === "number";
  const parts = object([
    entry(code`typeName`, stringLiteral(descriptor.fullName)),
    entry(code`members`, numeric ? numberArray(members, 2) : array(members)),
    entry(code`toNumber`, names.toNumber),
    entry(code`fromNumber`, names.fromNumber),
    entry(code`toName`, names.toName),
    entry(code`fromName`, names.fromName),
  ]);
  const base = code`${context.imports.runtime("EnumType")}<${names.type}>`;
  const type = numeric ? code`${base} & ${names.constants}` : base;
  const value = pureCall(
    context.imports.runtime("enumType"),
    numeric ? [parts, constants(descriptor, names)] : [parts],
  );
  return code`${assign(code`export const ${names.type}: ${type}`, value)};`;
}

/** The functions behind the value; hot code calls them directly. */
export function enumFunctions(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  return sections(
    toNumber(context, descriptor, names),
    fromNumber(context, descriptor, names),
    toName(context, descriptor, names),
    fromName(context, descriptor, names),
  );
}

function memberNotes(descriptor: EnumDescriptor): string[] {
  return descriptor.members.flatMap((member) => {
    const text = [member.doc?.replace(/\s+/g, " ").trim() ?? "", deprecation(member)].filter((part) => part !== "");
    return text.length === 0 ? [] : [`- \`${member.name}\`: ${text.join(" ")}`];
  });
}

function deprecation(member: EnumMemberDescriptor): string {
  if (member.deprecated === undefined) return "";
  const { reason } = member.deprecated;
  return reason === "" ? "(deprecated)" : `(deprecated: ${reason})`;
}

function constantsInterface(descriptor: EnumDescriptor, names: EnumNames): Code {
  const members = descriptor.members.map(
    (member) => code`
      ${docComment(member)}
      readonly ${names.members.get(member.name)}: ${numberLiteral(member.number)};
    `,
  );
  return code`
    /** The members of {@link ${names.type}} by name. */
    export interface ${names.constants} {
      ${members}
    }
  `;
}

function constants(descriptor: EnumDescriptor, names: EnumNames): Code {
  return object(
    descriptor.members.map((member) => code`${names.members.get(member.name)}: ${numberLiteral(member.number)}`),
  );
}

function toNumber(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const cases = descriptor.members.map((member) =>
    switchCase(memberLiteral(context, member), numberLiteral(member.number)),
  );
  return toFunction(context, descriptor, names, code`${names.toNumber}`, code`number`, cases);
}

function toName(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const cases = descriptor.members.map((member) =>
    switchCase(memberLiteral(context, member), stringLiteral(member.wireName)),
  );
  const result = descriptor.open ? code`string | number` : code`string`;
  return toFunction(context, descriptor, names, code`${names.toName}`, result, cases);
}

function toFunction(
  context: ModuleContext,
  descriptor: EnumDescriptor,
  names: EnumNames,
  name: Code,
  result: Code,
  cases: readonly Code[],
): Code {
  const refusal = call(context.imports.runtime("notAMember"), [stringLiteral(descriptor.fullName), locals.value]);
  return code`
    function ${signature(name, [code`${locals.value}: ${names.type}`], result)} {
      switch (${locals.value}) {
        ${cases}
        default:
          ${descriptor.open ? code`if (typeof ${locals.value} === "number") return ${locals.value};` : undefined}
          throw ${refusal};
      }
    }
  `;
}

function fromNumber(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const cases = descriptor.members.map((member) =>
    switchCase(numberLiteral(member.number), memberLiteral(context, member)),
  );
  const otherwise = descriptor.open ? locals.number : code`undefined`;
  const result = descriptor.open ? [names.type] : [names.type, code`undefined`];
  return fromFunction(names.fromNumber, locals.number, code`number`, result, cases, otherwise);
}

function fromName(context: ModuleContext, descriptor: EnumDescriptor, names: EnumNames): Code {
  const cases = descriptor.members.map((member) =>
    switchCase(stringLiteral(member.wireName), memberLiteral(context, member)),
  );
  const result = [names.type, code`undefined`];
  return fromFunction(names.fromName, locals.name, code`string`, result, cases, code`undefined`);
}

function fromFunction(
  name: Ident,
  subject: Ident,
  type: Code,
  result: readonly Piece[],
  cases: readonly Code[],
  otherwise: Code | Ident,
): Code {
  return code`
    function ${signatureOfUnion(name, [code`${subject}: ${type}`], result)} {
      switch (${subject}) {
        ${cases}
        default:
          return ${otherwise};
      }
    }
  `;
}

function switchCase(when: Literal, result: Literal): Code {
  return code`
    case ${when}:
      return ${result};
  `;
}
