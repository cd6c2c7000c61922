import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Reference,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { branded, plainDefault } from "../default-value.ts";
import { call, entry, entryBelow, entryOr, inlineObject, sections, signature, wholeComparison } from "../layout.ts";
import { remembered } from "../fragments.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { slotsOf } from "../slots.ts";
import { holdsMessage, messageNamesOf, valueName } from "../type-expression.ts";

const { init } = locals;

/** `createUser`: a complete value from what was given. */
export function createFunctions(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const oneofs = descriptor.members.filter((member) => member.kind === "oneof").filter(isRebuilt);
  const entries = slotsOf(context, descriptor.members, names).map((slot) =>
    remembered(slot.fragments, "create", 2, () => code`${memberEntry(context, slot.member, names)},`),
  );
  const mayBeLeftOut = descriptor.members.every((member) => !member.required);
  const parameter = code`${init}: ${names.init}${mayBeLeftOut ? code` = {}` : undefined}`;
  return sections(
    entries.length === 0
      ? code`
          function ${signature(names.create, [code`_${init}?: ${names.init}`], names.type)} {
            return {};
          }
        `
      : code`
          function ${signature(names.create, [mayBeLeftOut ? parameter : requiredParameter(names)], names.type)} {
            return {
              ${entries}
            };
          }
        `,
    ...oneofs.map((oneof) => createOneof(context, oneof, names.oneofs.get(oneof.name) as OneofNames)),
  );
}

/** A message with `@required` members cannot be made from nothing: the compiler says so, and at run time the codec does. */
function requiredParameter(names: MessageNames): Code {
  return code`${init}: ${names.init} = {} as ${names.init}`;
}

/** `createShape` of a union. */
export function createUnionFunction(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  return createOneof(context, { cases: union.cases, optional: false }, names);
}

/** A oneof has to be rebuilt when one of its cases holds what has to be completed. */
function isRebuilt(oneof: OneofDescriptor): boolean {
  return oneof.cases.some((field) => holdsMessage(field.type));
}

function memberEntry(context: ModuleContext, member: FieldDescriptor | OneofDescriptor, names: MessageNames): Code {
  const name = names.members.get(member.name) as Ident;
  const given = code`${init}.${name}`;
  if (member.kind === "oneof") return oneofEntry(member, name, given, names);
  if (member.required) return entry(name, completed(context, member.type, given));
  if (member.optional) {
    if (!needsCompletion(member.type)) return entry(name, given);
    return entryBelow(name, wholeComparison(given, "&&", completed(context, member.type, given)));
  }
  if (needsCompletion(member.type)) return entry(name, completed(context, member.type, given));
  const fallback = branded(context, member.type, plainDefault(context, member) as Code);
  const wrapped = member.type.alias?.brand === true ? code`(${fallback})` : fallback;
  return entryOr(name, given, wrapped);
}

function oneofEntry(oneof: OneofDescriptor, name: Ident, given: Code, names: MessageNames): Code {
  const { create } = names.oneofs.get(oneof.name) as OneofNames;
  const rebuilt = isRebuilt(oneof);
  if (oneof.optional)
    return rebuilt ? entryBelow(name, wholeComparison(given, "&&", call(create, [given]))) : entry(name, given);
  if (!rebuilt) return entry(name, code`${given} ?? ${inlineObject([code`kind: undefined`])}`);
  return entry(name, call(create, [given]));
}

function needsCompletion(type: Type): boolean {
  return type.kind === "list" || type.kind === "map" || holdsMessage(type);
}

/** The expression that completes a value of a type which has to be completed, or the value itself. */
function completed(context: ModuleContext, type: Type, given: Piece): Piece {
  switch (type.kind) {
    case "list":
      return call(context.imports.runtime("copyList"), [given, ...creator(context, type.element)]);
    case "map":
      return call(context.imports.runtime("copyMap"), [given, ...creator(context, type.value)]);
    case "message":
    case "union":
    case "error":
      return call(createOf(context, type), [given]);
    case "builtin":
      return type.name === "any" ? call(context.imports.runtime("createAny"), [given]) : given;
    default:
      return given;
  }
}

function creator(context: ModuleContext, type: Type): Piece[] {
  if (!holdsMessage(type)) return [];
  if (type.kind === "builtin") return [context.imports.runtime("createAny")];
  return [createOf(context, type as Reference)];
}

/** `createPoint` of this module, `Point.create` of another. */
function createOf(context: ModuleContext, reference: Reference): Code {
  const names = messageNamesOf(context, reference);
  if (context.isOwn(reference)) return code`${names.create}`;
  return code`${valueName(context, reference.file, names.type)}.create`;
}

function createOneof(
  context: ModuleContext,
  oneof: Pick<OneofDescriptor, "cases" | "optional">,
  names: Pick<OneofNames, "type" | "init" | "create">,
): Code {
  const rebuilt = oneof.cases.filter((field) => holdsMessage(field.type));
  const parameter = code`${init}: ${names.init}${oneof.optional ? undefined : code` = { kind: undefined }`}`;
  const head = signature(names.create, [parameter], names.type);
  if (rebuilt.length === 0) {
    return code`
      function ${head} {
        return ${init};
      }
    `;
  }
  return code`
    function ${head} {
      switch (${init}.kind) {
        ${rebuilt.map((field) => createCase(context, field))}
        default:
          return ${init};
      }
    }
  `;
}

function createCase(context: ModuleContext, field: FieldDescriptor): Code {
  const kind = stringLiteral(field.name);
  const value = completed(context, field.type, code`${init}.value`);
  return code`
    case ${kind}:
      return ${inlineObject([code`kind: ${kind}`, code`value: ${value}`])};
  `;
}
