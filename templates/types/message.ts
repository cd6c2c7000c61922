import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type Ident, type Piece } from "../code.ts";
import { docComment } from "../jsdoc.ts";
import { remembered } from "../fragments.ts";
import { inlineObjectType, sections, unionBehind } from "../layout.ts";
import { stringLiteral } from "../literal.ts";
import type { ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { slotsOf } from "../slots.ts";
import { typeExpression, type Use } from "../type-expression.ts";
import { fieldNotes } from "./notes.ts";

/** The interfaces of a message or of an error's data, and the types of its oneofs. */
export function messageTypes(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const oneofs = descriptor.members.filter((member) => member.kind === "oneof");
  return sections(
    interfaceOf(context, descriptor, names, "value"),
    ...oneofs.flatMap((oneof) => oneofTypes(context, oneof, names)),
    interfaceOf(context, descriptor, names, "init"),
  );
}

/** The types of a union. */
export function unionTypes(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  const absent = { optional: false };
  const { doc, deprecated, unstable } = union;
  return sections(
    code`
      ${docComment({ doc, deprecated, unstable })}
      ${casesType(context, names.type, union.cases, absent, "value")}
    `,
    code`
      ${docComment({ notes: [`What may be passed where a {@link ${names.type}} is expected.`] })}
      ${casesType(context, names.init, union.cases, absent, "init")}
    `,
  );
}

function interfaceOf(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
  use: Use,
): Code {
  const name = use === "value" ? names.type : names.init;
  const members: Code[] = [];
  for (const slot of slotsOf(context, descriptor.members, names)) {
    if (use === "value") members.push(memberComment(slot.member));
    members.push(remembered(slot.fragments, use, 1, () => property(context, slot.member, names, use)));
  }
  const comment = interfaceComment(descriptor, names, use);
  if (members.length === 0) {
    return code`
      ${comment}
      export interface ${name} {}
    `;
  }
  return code`
    ${comment}
    export interface ${name} {
      ${members}
    }
  `;
}

function interfaceComment(descriptor: MessageDescriptor | ErrorDescriptor, names: MessageNames, use: Use): Code {
  const { doc, deprecated, unstable } = descriptor;
  if (use === "init") {
    const note = `What may be passed where a {@link ${names.type}} is expected: what is left out gets its default.`;
    return docComment({ notes: [note], deprecated });
  }
  if (descriptor.kind === "error") return docComment({ notes: [`What a {@link ${descriptor.name}} carries.`] });
  return docComment({ doc, deprecated, unstable });
}

function property(
  context: ModuleContext,
  member: FieldDescriptor | OneofDescriptor,
  names: MessageNames,
  use: Use,
): Code {
  const name = names.members.get(member.name) as Ident;
  const mayBeAbsent = member.optional || (use === "init" && !member.required);
  const type = member.kind === "oneof" ? oneofType(names, member, use) : typeExpression(context, member.type, use);
  const types: Piece[] = mayBeAbsent ? [type, code`undefined`] : [type];
  return code`${name}${mayBeAbsent ? code`?` : undefined}:${unionBehind(types)};`;
}

function memberComment(member: FieldDescriptor | OneofDescriptor): Code {
  const { doc, deprecated } = member;
  if (member.kind === "oneof") return docComment({ doc, deprecated });
  return docComment({ doc, notes: fieldNotes(member), deprecated, unstable: member.unstable });
}

function oneofType(names: MessageNames, oneof: OneofDescriptor, use: Use): Piece {
  const found = names.oneofs.get(oneof.name) as OneofNames;
  return use === "value" ? found.type : found.init;
}

function oneofTypes(context: ModuleContext, oneof: OneofDescriptor, names: MessageNames): Code[] {
  const { type, init } = names.oneofs.get(oneof.name) as OneofNames;
  return [
    code`
      ${docComment({ doc: oneof.doc, deprecated: oneof.deprecated })}
      ${casesType(context, type, oneof.cases, oneof, "value")}
    `,
    code`
      ${docComment({ notes: [`What may be passed where a {@link ${type}} is expected.`] })}
      ${casesType(context, init, oneof.cases, oneof, "init")}
    `,
  ];
}

function casesType(
  context: ModuleContext,
  name: Ident,
  cases: readonly FieldDescriptor[],
  oneof: Pick<OneofDescriptor, "optional">,
  use: Use,
): Code {
  const types = cases.map((field) => caseType(context, field, use));
  if (!oneof.optional) types.push(inlineObjectType([code`readonly kind: undefined`, code`readonly value?: undefined`]));
  return code`export type ${name} =${unionBehind(types)};`;
}

function caseType(context: ModuleContext, field: FieldDescriptor, use: Use): Code {
  const kind = code`readonly kind: ${stringLiteral(field.name)}`;
  if (field.type.kind === "builtin" && field.type.name === "void") {
    return inlineObjectType([kind, code`readonly value?: undefined`]);
  }
  return inlineObjectType([kind, code`readonly value: ${typeExpression(context, field.type, use)}`]);
}
