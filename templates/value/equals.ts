import type {
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  Reference,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { code, type Code, type FlatCode, type Piece, words } from "../code.ts";
import { plainDefault } from "../default-value.ts";
import { comparison, returned, returnedOperands, wholeComparison } from "../conditions.ts";
import { call } from "../layout.ts";
import { gathered, part } from "../fragments.ts";
import { stringLiteral } from "../literal.ts";
import { messageOf, type ModuleContext } from "../module-context.ts";
import type { MessageNames, OneofNames } from "../names.ts";
import { locals } from "../naming.ts";
import { functionHead, inBody, inFile, settled, stacked } from "../settle.ts";
import { type CaseSlot, casesOf, type OneofSlot, type Slot, slotsOf } from "../slots.ts";
import { messageNamesOf, valueName } from "../type-expression.ts";

const { a, b } = locals;

/** `equalsUser`: deep equality field by field; what is left out equals its default. */
export function equalsFunctions(
  context: ModuleContext,
  descriptor: MessageDescriptor | ErrorDescriptor,
  names: MessageNames,
): FlatCode {
  const slots = slotsOf(context, descriptor.members, names);
  if (slots.length === 0) return equalsNothing(names);
  const oneofs = slots.filter((slot) => "cases" in slot);
  return stacked(
    equalsFunction(names, slots.length < manyMembers ? fewTests(context, slots) : manyTests(context, slots)),
    ...oneofs.map(({ oneof, cases, member }) => equalsOneof(context, cases, oneof, member.optional)),
  );
}

/** So many tests never fit into one line: the shortest is `a.x === b.x`. */
const manyMembers = 6;

function fewTests(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  return settled(1, () => {
    const tests = slots.map((slot) => memberTest(context, slot, slots.length > 1));
    const [only] = tests;
    if (only === undefined || tests.length > 1) return returned(returnedOperands("&&", tests));
    return typeof only === "object" && only.kind === "lazy" && only.shape === "group"
      ? returned(only)
      : code`return ${only};`;
  });
}

function manyTests(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  const make = (slot: Slot): Code => code`${memberTest(context, slot, true)} &&`;
  const makeLast = (slot: Slot): Code => code`${memberTest(context, slot, true)}`;
  return inBody`
    return (
      ${gathered(context, slots.slice(0, -1), { part: part.equals, depth: 2, make })}
      ${gathered(context, slots.slice(-1), { part: part.lastEquals, depth: 2, make: makeLast })}
    );
  `;
}

/** `equalsShape` of a union. */
export function equalsUnionFunction(context: ModuleContext, union: UnionDescriptor, names: MessageNames): FlatCode {
  return equalsOneof(context, casesOf(context, union.cases, locals.value), names, false);
}

function equalsNothing(names: MessageNames): FlatCode {
  return inFile`
    ${functionHead(names.equals, [words`_${a}: ${names.init}`, words`_${b}: ${names.init}`], words`boolean`)}
      return true;
    }
  `;
}

function equalsFunction({ equals, init }: Pick<OneofNames, "init" | "equals">, body: FlatCode): FlatCode {
  return inFile`
    ${functionHead(equals, [words`${a}: ${init}`, words`${b}: ${init}`], words`boolean`)}
      ${body}
    }
  `;
}

function memberTest(context: ModuleContext, slot: Slot, nested: boolean): Code {
  const left = code`${a}.${slot.property}`;
  const right = code`${b}.${slot.property}`;
  if ("cases" in slot) return oneofTest(context, slot, left, right);
  const { member } = slot;
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
  if (type.kind === "scalar" && type.scalar === "bytes" && member.default === undefined)
    return call(equals, [left, right]);
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

function oneofTest(context: ModuleContext, { member, oneof }: OneofSlot, left: Code, right: Code): Code {
  const { equals } = oneof;
  if (member.optional) return call(context.imports.runtime("equalOptional"), [left, right, equals]);
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
  cases: readonly CaseSlot[],
  names: Pick<OneofNames, "init" | "equals">,
  optional: boolean,
): FlatCode {
  const absent = optional ? undefined : words`default:`;
  const make = ({ field }: CaseSlot): Code => equalsCase(context, field);
  return equalsFunction(
    names,
    inBody`
      switch (${a}.kind) {
        ${gathered(context, cases, { part: part.equalsCase, depth: 2, make })}
        ${absent}
          ${optional ? undefined : words`return ${b}.kind === undefined;`}
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
