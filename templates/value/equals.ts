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
import { plainDefault } from "../default-value.ts";
import { call, comparison, returnedOperands, returned, sections, signature, wholeComparison } from "../layout.ts";
import { remembered } from "../fragments.ts";
import { stringLiteral } from "../literal.ts";
import { messageOf, type ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { type Slot, slotsOf } from "../slots.ts";
import { messageNamesOf, valueName } from "../type-expression.ts";

const { a, b } = locals;

/** `equalsUser`: deep equality field by field; what is left out equals its default. */
export function equalsFunctions(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const oneofs = descriptor.members.filter((member) => member.kind === "oneof");
  return sections(
    descriptor.members.length === 0
      ? equalsNothing(names)
      : equalsFunction(names.equals, names.init, equalsBody(context, descriptor, names)),
    ...oneofs.map((oneof) =>
      equalsOneof(context, oneof.cases, names.oneofs.get(oneof.name) as OneofNames, oneof.optional),
    ),
  );
}

/** So many tests never fit into one line: the shortest is `a.x === b.x`. */
const manyMembers = 6;

function equalsBody(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): Code {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length >= manyMembers) return manyTests(context, slots, names);
  const tests = slots.map((slot) => memberTest(context, slot.member, names, slots.length > 1));
  const [only] = tests;
  if (only === undefined || tests.length > 1) return returned(returnedOperands("&&", tests));
  return typeof only === "object" && only.kind === "lazy" && only.shape === "group"
    ? returned(only)
    : code`return ${only};`;
}

function manyTests(context: ModuleContext, slots: readonly Slot[], names: MessageNames): Code {
  const tests = slots.map(({ fragments, member }, index) => {
    const isLast = index === slots.length - 1;
    const test = (): Code => code`${memberTest(context, member, names, true)}${isLast ? undefined : code` &&`}`;
    return remembered(fragments, isLast ? "last equals" : "equals", 2, test);
  });
  return code`
    return (
      ${tests}
    );
  `;
}

/** `equalsShape` of a union. */
export function equalsUnionFunction(context: ModuleContext, union: UnionDescriptor, names: MessageNames): Code {
  return equalsOneof(context, union.cases, names, false);
}

function equalsNothing(names: MessageNames): Code {
  return code`
    function ${signature(names.equals, [code`_${a}: ${names.init}`, code`_${b}: ${names.init}`], code`boolean`)} {
      return true;
    }
  `;
}

function equalsFunction(name: Ident, type: Ident, body: Code): Code {
  return code`
    function ${signature(name, [code`${a}: ${type}`, code`${b}: ${type}`], code`boolean`)} {
      ${body}
    }
  `;
}

function memberTest(
  context: ModuleContext,
  member: FieldDescriptor | OneofDescriptor,
  names: MessageNames,
  nested: boolean,
): Code {
  const name = names.members.get(member.name) as Ident;
  const left = code`${a}.${name}`;
  const right = code`${b}.${name}`;
  if (member.kind === "oneof") return oneofTest(context, member, left, right, names);
  const { type } = member;
  if (type.kind === "list" || type.kind === "map") return collectionTest(context, type, left, right);
  const equals = equalsOf(context, type);
  if (equals === undefined) {
    const compare = nested ? comparison : wholeComparison;
    if (member.optional || member.required) return compare(left, "===", right);
    const zero = plainDefault(context, member) as Code;
    return compare(code`(${left} ?? ${zero})`, "===", code`(${right} ?? ${zero})`);
  }
  if (member.required) return call(equals, [left, right]);
  if (member.optional || mustBeGiven(context, type)) {
    return call(context.imports.runtime("equalOptional"), [left, right, equals]);
  }
  const zero = zeroOf(context, member);
  return call(equals, [code`${left} ?? ${zero}`, code`${right} ?? ${zero}`]);
}

/** What an absent member equals. */
function zeroOf(context: ModuleContext, field: FieldDescriptor): Code {
  if (field.type.kind === "union") return code`{ kind: undefined }`;
  return plainDefault(context, field) ?? code`{}`;
}

/** True for messages that cannot be written as `{}`. */
function mustBeGiven(context: ModuleContext, type: Type): boolean {
  if (type.kind !== "message" && type.kind !== "error") return false;
  return messageOf(context, type).members.some((member) => member.required);
}

function collectionTest(
  context: ModuleContext,
  type: Extract<Type, { kind: "list" | "map" }>,
  left: Code,
  right: Code,
): Code {
  const element = type.kind === "list" ? type.element : type.value;
  const equals = equalsOf(context, element);
  const compare = context.imports.runtime(type.kind === "list" ? "equalLists" : "equalMaps");
  return call(compare, equals === undefined ? [left, right] : [left, right, equals]);
}

function oneofTest(context: ModuleContext, oneof: OneofDescriptor, left: Code, right: Code, names: MessageNames): Code {
  const { equals } = names.oneofs.get(oneof.name) as OneofNames;
  if (oneof.optional) return call(context.imports.runtime("equalOptional"), [left, right, equals]);
  return call(equals, [code`${left} ?? { kind: undefined }`, code`${right} ?? { kind: undefined }`]);
}

/** The function that compares two values of a type; `undefined` when `===` does. */
function equalsOf(context: ModuleContext, type: Type): Piece | undefined {
  switch (type.kind) {
    case "scalar":
      if (type.scalar === "bytes") return context.imports.runtime("equalBytes");
      return type.scalar === "float" || type.scalar === "double" ? context.imports.runtime("equalNumbers") : undefined;
    case "builtin":
      if (type.name === "timestamp") return context.imports.runtime("equalTimes");
      if (type.name === "json") return context.imports.runtime("equalJson");
      return type.name === "any" ? context.imports.runtime("equalAny") : undefined;
    case "message":
    case "union":
    case "error":
      return equalsOfReference(context, type);
    default:
      return undefined;
  }
}

/** `equalsPoint` of this module, `Point.equals` of another. */
function equalsOfReference(context: ModuleContext, reference: Reference): Code {
  const names = messageNamesOf(context, reference);
  if (context.isOwn(reference)) return code`${names.equals}`;
  return code`${valueName(context, reference.file, names.type)}.equals`;
}

function equalsOneof(
  context: ModuleContext,
  cases: readonly FieldDescriptor[],
  names: Pick<OneofNames, "init" | "equals">,
  optional: boolean,
): Code {
  const absent = optional
    ? undefined
    : code`
        default:
          return ${b}.kind === undefined;
      `;
  return equalsFunction(
    names.equals,
    names.init,
    code`
      switch (${a}.kind) {
        ${cases.map((field) => equalsCase(context, field))}
        ${absent}
      }
    `,
  );
}

function equalsCase(context: ModuleContext, field: FieldDescriptor): Code {
  const kind = stringLiteral(field.name);
  const sameKind = comparison(code`${b}.kind`, "===", kind);
  if (field.type.kind === "builtin" && field.type.name === "void") {
    return code`
      case ${kind}:
        return ${b}.kind === ${kind};
    `;
  }
  const left = code`${a}.value`;
  const right = code`${b}.value`;
  const equals = equalsOf(context, field.type);
  const sameValue = equals === undefined ? comparison(left, "===", right) : call(equals, [left, right]);
  return code`
    case ${kind}:
      ${returned(returnedOperands("&&", [sameKind, sameValue]))}
  `;
}
