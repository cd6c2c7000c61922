import type { FieldDescriptor, OneofDescriptor, Type } from "@rpcgen/runtime/descriptor";
import { symbols } from "@rpcgen/runtime/codegen";
import { code, type Code, type FlatCode, type Ident, type Piece } from "./code.ts";
import { branded, plainDefault, plainZero } from "./default-value.ts";
import { type Fragments, fragmentsOf, remembered } from "./fragments.ts";
import {
  assign,
  assignBelow,
  call,
  entry,
  entryOr,
  inlineObject,
  open,
  unionBehind,
  wholeComparison,
} from "./layout.ts";
import { stringLiteral } from "./literal.ts";
import type { ModuleContext } from "./module-context.ts";
import type { MessageNames, OneofNames } from "./names.ts";
import { variablesOf } from "./naming.ts";
import { messageNamesOf, typeExpression, valueName } from "./type-expression.ts";

/** A member of a message with the variable that holds it while the message is read or written. */
export interface Slot {
  readonly member: FieldDescriptor | OneofDescriptor;
  /** Name of the property. */
  readonly property: Ident;
  readonly variable: Ident;
  /** The types of a oneof. */
  readonly oneof: OneofNames | undefined;
  /** What the member becomes; shared with equal members of other messages. */
  readonly fragments: Fragments;
}

/** The slots of a message in schema order. */
export function slotsOf(
  context: ModuleContext,
  members: readonly (FieldDescriptor | OneofDescriptor)[],
  names: MessageNames,
): readonly Slot[] {
  let module = slotsOfModules.get(context);
  if (module === undefined) slotsOfModules.set(context, (module = new Map()));
  let slots = module.get(names);
  if (slots === undefined) module.set(names, (slots = createSlots(context, members, names)));
  return slots;
}

/** Four functions of a message need its slots. */
const slotsOfModules = new WeakMap<ModuleContext, Map<MessageNames, readonly Slot[]>>();
const symbolNames: ReadonlySet<string> = new Set(Object.keys(symbols));

function createSlots(
  context: ModuleContext,
  members: readonly (FieldDescriptor | OneofDescriptor)[],
  names: MessageNames,
): Slot[] {
  const imported = context.file.imports.map((path) => context.names.file(path).taken);
  const hidden = [context.own.taken, symbolNames, ...imported];
  const variables = variablesOf(
    members.map((member) => member.name),
    hidden,
  );
  return members.map((member) => {
    const property = names.members.get(member.name) as Ident;
    const variable = variables.get(member.name) as Ident;
    const oneof = names.oneofs.get(member.name);
    // The types of a oneof carry the name of its message, so no other member is equal to it.
    const fragments =
      member.kind === "oneof"
        ? new Map<string, FlatCode>()
        : fragmentsOf(context.fragments, { field: member, property, variable });
    return { member, property, variable, oneof, fragments };
  });
}

/** How reading begins: with what `previous` holds, or anew. */
export type Start = "merge" | "anew";

/** `let id = previous?.id ?? 0n;` */
export function declareSlots(context: ModuleContext, slots: readonly Slot[], start: Start): Code[] {
  return slots.map((slot) => remembered(slot.fragments, start, 1, () => declareSlot(context, slot, start)));
}

function declareSlot(context: ModuleContext, slot: Slot, start: Start): Code {
  const { member, variable, property } = slot;
  const keyword = isCollection(member) ? code`const` : code`let`;
  const initial = initialOf(context, slot);
  const left = code`${keyword} ${variable}:${unionBehind(slotTypes(context, slot))}`;
  if (start === "anew") return initial === undefined ? code`${left};` : code`${assign(left, initial)};`;
  if (initial === undefined) return code`${assign(left, code`previous?.${property}`)};`;
  const fallback = / as /.test(String(initial)) ? code`(${initial})` : initial;
  if (typeof fallback === "object") return code`${assign(left, code`previous?.${property} ?? ${fallback}`)};`;
  return code`${assignBelow(left, wholeComparison(code`previous?.${property}`, "??", fallback))};`;
}

function isCollection(member: FieldDescriptor | OneofDescriptor): boolean {
  return member.kind === "field" && (member.type.kind === "list" || member.type.kind === "map");
}

/** The type of the variable: that of the property, or `undefined` while nothing was read and a default costs something. */
function slotTypes(context: ModuleContext, slot: Slot): Code[] {
  const type =
    slot.member.kind === "field" ? typeExpression(context, slot.member.type, "value") : code`${slot.oneof?.type}`;
  return initialOf(context, slot) === undefined ? [type, code`undefined`] : [type];
}

function initialOf(context: ModuleContext, slot: Slot): Code | undefined {
  const { member } = slot;
  if (member.kind === "oneof") {
    return member.optional ? undefined : absentCase();
  }
  if (member.optional || member.required || isBuiltLate(member.type)) return undefined;
  const initial = plainDefault(context, member);
  return initial === undefined ? undefined : branded(context, member.type, initial);
}

/** What a oneof or union holds that names no known case. */
export function absentCase(): Code {
  return inlineObject([code`kind: undefined`, code`value: undefined`]);
}

/** Defaults of these types are objects, made only where nothing was read. */
function isBuiltLate(type: Type): boolean {
  if (type.kind === "scalar") return type.scalar === "bytes";
  if (type.kind === "builtin") return type.name === "timestamp" || type.name === "any" || type.name === "json";
  return type.kind === "message" || type.kind === "union" || type.kind === "error";
}

/** Checks that `@required` members are there, each in its own statement. */
export function requiredChecks(context: ModuleContext, slots: readonly Slot[], fullName: string): Code[] {
  return slots.flatMap(({ member, variable }) => {
    if (!member.required) return [];
    const missing = context.imports.runtime("missingField");
    const absent =
      member.kind === "oneof" && !member.optional
        ? code`${variable}.kind === undefined`
        : code`${variable} === undefined`;
    const thrown = call(missing, [stringLiteral(fullName), stringLiteral(member.name)]);
    return [
      code`
        ${open("if", absent)}
          throw ${thrown};
        }
      `,
    ];
  });
}

/** `return { id, name };` with every property, in schema order: one hidden class for all values of the type. */
export function returnSlots(context: ModuleContext, slots: readonly Slot[]): Code {
  const entries = slots.map((slot) => remembered(slot.fragments, "return", 2, () => code`${entryOf(context, slot)},`));
  return code`
    return {
      ${entries}
    };
  `;
}

function entryOf(context: ModuleContext, { member, property, variable }: Slot): Piece {
  const late =
    member.kind === "field" && !member.optional && !member.required ? lateDefault(context, member) : undefined;
  if (late !== undefined) return entryOr(property, variable, late);
  return property === variable ? property : entry(property, variable);
}

function lateDefault(context: ModuleContext, field: FieldDescriptor): Code | undefined {
  if (!isBuiltLate(field.type)) return undefined;
  const value = defaultOf(context, field.type, field);
  return / as /.test(String(value)) ? code`(${value})` : value;
}

/** A default as an expression, also for messages: what a field, or the value of a map entry, holds that was never set. */
export function defaultOf(context: ModuleContext, type: Type, field?: FieldDescriptor): Code {
  const plain = field === undefined ? plainZero(context, type) : plainDefault(context, field);
  if (plain !== undefined) return branded(context, type, plain);
  if (type.kind !== "message" && type.kind !== "union" && type.kind !== "error")
    throw new TypeError("the type has no default");
  const names = messageNamesOf(context, type);
  const created = context.isOwn(type)
    ? code`${names.create}()`
    : code`${valueName(context, type.file, names.type)}.create()`;
  return branded(context, type, created);
}
