import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Reference,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Piece, words } from "../code.ts";
import { branded, plainDefault } from "../default-value.ts";
import { entryOr, wholeComparison } from "../conditions.ts";
import { call, entry, entryBelow, inlineObject, signature } from "../layout.ts";
import { gathered, part } from "../fragments.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { functionHead, inFile, settled, stacked } from "../settle.ts";
import { type OneofSlot, type Slot, slotsOf } from "../slots.ts";
import { holdsMessage, messageNamesOf, valueName } from "../type-expression.ts";

const { init } = locals;

/** `createUser`: a complete value from what was given. */
export function createFunctions(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): FlatCode {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return createEmpty(names);
  const rebuilt = slots.filter((slot) => "cases" in slot).filter(({ member }) => isRebuilt(member));
  const make = (slot: Slot): Code => code`${memberEntry(context, slot)},`;
  return stacked(
    inFile`
      ${functionHead(names.create, [parameter(descriptor, names)], names.type)}
        return {
          ${gathered(context, slots, { part: part.create, depth: 2, make })}
        };
      }
    `,
    ...rebuilt.map(({ member, oneof }) => settled(0, () => createOneof(context, member, oneof))),
  );
}

function createEmpty(names: MessageNames): FlatCode {
  return inFile`
    ${functionHead(names.create, [words`_${init}?: ${names.init}`], names.type)}
      return {};
    }
  `;
}

function parameter(descriptor: MessageDescriptor | ErrorDescriptor, names: MessageNames): FlatCode {
  return descriptor.members.some((member) => member.required)
    ? requiredParameter(names)
    : words`${init}: ${names.init} = {}`;
}

/** A message with `@required` members cannot be made from nothing: the compiler says so, and at run time the codec does. */
function requiredParameter(names: MessageNames): FlatCode {
  return words`${init}: ${names.init} = {} as ${names.init}`;
}

/** `createShape` of a union. */
export function createUnionFunction(context: ModuleContext, union: UnionDescriptor, names: MessageNames): FlatCode {
  return settled(0, () => createOneof(context, { cases: union.cases, optional: false }, names));
}

/** A oneof has to be rebuilt when one of its cases holds what has to be completed. */
function isRebuilt(oneof: OneofDescriptor): boolean {
  return oneof.cases.some((field) => holdsMessage(field.type));
}

function memberEntry(context: ModuleContext, slot: Slot): Code {
  const { property: name } = slot;
  const given = code`${init}.${name}`;
  if ("cases" in slot) return oneofEntry(slot, given);
  const { member } = slot;
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

function oneofEntry({ property: name, member, oneof }: OneofSlot, given: Code): Code {
  const { create } = oneof;
  const rebuilt = isRebuilt(member);
  if (member.optional)
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
  const parameter = code`${init}: ${names.init}${oneof.optional ? undefined : code` = ${inlineObject([code`kind: undefined`])}`}`;
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
