import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Ident, nothing, type Piece, words } from "../code.ts";
import { lineBreak } from "../fill.ts";
import { below, gathered, part, remembered, withoutBreak } from "../fragments.ts";
import { docCommentAt, wordComment } from "../jsdoc.ts";
import { assign, indent, inlineObjectType, unionBehind } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { fitting, inFile, settled, stacked } from "../settle.ts";
import { type CaseSlot, casesOf, type OneofSlot, type Slot, slotsOf } from "../slots.ts";
import { holdsMessage, typeExpression, type Use } from "../type-expression.ts";
import { fieldNotes } from "./notes.ts";

/** The interfaces of a message or of an error's data, and the types of its oneofs. */
export function messageTypes(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): FlatCode {
  const slots = slotsOf(context, descriptor.members, names);
  const oneofs = slots.filter((slot) => "cases" in slot);
  return stacked(
    interfaceOf(
      descriptor,
      names.type,
      interfaceComment(descriptor, names, "value"),
      values(context, descriptor, slots),
    ),
    ...oneofs.map((oneof) => oneofTypes(context, oneof)),
    interfaceOf(descriptor, names.init, interfaceComment(descriptor, names, "init"), inits(context, slots)),
  );
}

/** The types of a union. */
export function unionTypes(context: ModuleContext, union: UnionDescriptor, names: MessageNames): FlatCode {
  const { doc, deprecated, unstable } = union;
  const cases = casesOf(context, union.cases, locals.value);
  return stacked(
    inFile`
      ${docCommentAt(0, { doc, deprecated, unstable })}
      ${casesType(context, { name: names.type, cases, optional: false, use: "value" })}
    `,
    inFile`
      ${initComment(names.type)}
      ${initType(context, names, { cases, optional: false })}
    `,
  );
}

function interfaceOf(
  descriptor: MessageDescriptor | ErrorDescriptor,
  name: Ident,
  comment: FlatCode,
  members: FlatCode,
): FlatCode {
  if (descriptor.members.length === 0) {
    return inFile`
      ${comment}
      export interface ${name} {}
    `;
  }
  return inFile`
    ${comment}
    export interface ${name} {
      ${members}
    }
  `;
}

/** Members as decoding gives them, each below what the schema says of it. */
function values(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  slots: readonly Slot[],
): FlatCode {
  let text = nothing;
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] as Slot;
    const comment = memberComment(context, descriptor.members[index] as FieldDescriptor | OneofDescriptor);
    if (comment !== "") text = below(text, words`${lineBreak(1)}${comment}`, 1);
    text = below(text, slot.fragments.texts[part.valueProperty] ?? valueProperty(context, slot), 1);
  }
  return text;
}

function valueProperty(context: ModuleContext, slot: Slot): FlatCode {
  const make = (): Code => property(context, slot, "value");
  return remembered(context, slot.fragments, { part: part.valueProperty, depth: 1, make });
}

/** Members as encoding accepts them. */
function inits(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  const make = (slot: Slot): Code => property(context, slot, "init");
  return gathered(context, slots, { part: part.initProperty, depth: 1, make });
}

function interfaceComment(descriptor: MessageDescriptor | ErrorDescriptor, names: MessageNames, use: Use): FlatCode {
  const { doc, deprecated, unstable } = descriptor;
  if (use === "init" && deprecated === undefined)
    return wordComment`What may be passed where a {@link ${names.type}} is expected: what is left out gets its default.`;
  if (use === "init") {
    const note = `What may be passed where a {@link ${names.type}} is expected: what is left out gets its default.`;
    return docCommentAt(0, { notes: [note], deprecated });
  }
  if (descriptor.kind === "error") return docCommentAt(0, { notes: [`What a {@link ${descriptor.name}} carries.`] });
  return docCommentAt(0, { doc, deprecated, unstable });
}

function property(context: ModuleContext, slot: Slot, use: Use): Code {
  const { member, property: name } = slot;
  const mayBeAbsent = member.optional || (use === "init" && !member.required);
  const type = "cases" in slot ? oneofType(slot, use) : typeExpression(context, slot.member.type, use);
  const types: Piece[] = mayBeAbsent ? [type, code`undefined`] : [type];
  return code`${name}${mayBeAbsent ? code`?` : undefined}:${unionBehind(types)};`;
}

function memberComment(context: ModuleContext, member: FieldDescriptor | OneofDescriptor): FlatCode {
  const { doc, deprecated } = member;
  if (member.kind === "oneof") return docCommentAt(1, { doc, deprecated });
  return docCommentAt(1, { doc, notes: fieldNotes(context, member), deprecated, unstable: member.unstable });
}

function oneofType({ oneof }: OneofSlot, use: Use): Ident {
  return use === "value" ? oneof.type : oneof.init;
}

function initComment(type: Ident): FlatCode {
  return wordComment`What may be passed where a {@link ${type}} is expected.`;
}

function oneofTypes(context: ModuleContext, { member, oneof, cases }: OneofSlot): FlatCode {
  const { type } = oneof;
  const { doc, deprecated, optional } = member;
  return stacked(
    inFile`
      ${docCommentAt(0, { doc, deprecated })}
      ${casesType(context, { name: type, cases, optional, use: "value" })}
    `,
    inFile`
      ${initComment(type)}
      ${initType(context, oneof, { cases, optional })}
    `,
  );
}

/** Where no case holds a message, what may be passed is what there is. */
function initType(
  context: ModuleContext,
  { type, init }: Pick<OneofNames, "type" | "init">,
  { cases, optional }: Pick<CasesType, "cases" | "optional">,
): FlatCode {
  if (cases.some(({ field }) => holdsMessage(field.type)))
    return casesType(context, { name: init, cases, optional, use: "init" });
  return fitting(0, words`export type ${init} = ${type};`, () => code`${assign(code`export type ${init}`, type)};`);
}

interface CasesType {
  readonly name: Ident;
  readonly cases: readonly CaseSlot[];
  readonly optional: boolean;
  readonly use: Use;
}

/** Two objects never fit into one line, so each has lines of its own. */
function casesType(context: ModuleContext, { name, cases, optional, use }: CasesType): FlatCode {
  if (optional && cases.length < 2) {
    const types = cases.map(({ field }) => caseType(context, field, use));
    return settled(0, () => code`export type ${name} =${unionBehind(types)};`);
  }
  const each = use === "value" ? part.valueCase : part.initCase;
  const last = optional ? undefined : words`| { readonly kind: undefined; readonly value?: undefined };`;
  const types = gathered(context, optional ? cases.slice(0, -1) : cases, {
    part: each,
    depth: 1,
    make: ({ field }) => code`| ${indent(caseType(context, field, use))}`,
  });
  return inFile`
    export type ${name} =
      ${types}
      ${last ?? lastCase(context, cases.at(-1) as CaseSlot, use)}
  `;
}

function lastCase(context: ModuleContext, slot: CaseSlot, use: Use): FlatCode {
  const last = use === "value" ? part.lastValueCase : part.lastInitCase;
  const make = (): Code => code`| ${indent(caseType(context, slot.field, use))};`;
  return withoutBreak(remembered(context, slot.fragments, { part: last, depth: 1, make }), 1);
}

function caseType(context: ModuleContext, field: FieldDescriptor, use: Use): Code {
  const kind = code`readonly kind: ${stringLiteral(field.name)}`;
  if (field.type.kind === "builtin" && field.type.name === "void") {
    return inlineObjectType([kind, code`readonly value?: undefined`]);
  }
  return inlineObjectType([kind, code`readonly value: ${typeExpression(context, field.type, use)}`]);
}
