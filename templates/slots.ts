import type { FieldDescriptor, OneofDescriptor, Type } from "@rpcgen/runtime/descriptor";
import { symbols } from "@rpcgen/runtime/codegen";
import { code, type Code, type FlatCode, type Ident, nothing, type Piece, words } from "./code.ts";
import { branded, plainDefault, plainZero } from "./default-value.ts";
import {
  createFragments,
  type FieldTable,
  type Fragments,
  gathered,
  isSameField,
  knownFor,
  maxCompared,
  part,
} from "./fragments.ts";
import { entryOr, open, wholeComparison } from "./conditions.ts";
import { assign, assignBelow, call, entry, inlineObject, unionBehind } from "./layout.ts";
import { stringLiteral } from "./literal.ts";
import { fitting, inBody, inClauses, settled } from "./settle.ts";
import type { ModuleContext } from "./module-context.ts";
import type { MessageNames, OneofNames } from "./names.ts";
import { createVariables } from "./variables.ts";
import { messageNamesOf, typeExpression, valueName } from "./type-expression.ts";

/**
 * A member of a message with the variable that holds it while the message is read or written. Equal fields of different
 * messages share their slot, so its member may be another's: equal in all that functions are made of, but not in what is said
 * of it and in its constraints.
 */
export type Slot = FieldSlot | OneofSlot;

export interface FieldSlot {
  readonly member: FieldDescriptor;
  /** Name of the property. */
  readonly property: Ident;
  readonly variable: Ident;
  /** What the field becomes. */
  readonly fragments: Fragments;
}

export interface OneofSlot {
  readonly member: OneofDescriptor;
  readonly property: Ident;
  readonly variable: Ident;
  readonly fragments: Fragments;
  readonly cases: readonly CaseSlot[];
  /** Its types. */
  readonly oneof: OneofNames;
}

/** A case of a oneof or union that the variable `holder` holds. */
export interface CaseSlot {
  readonly field: FieldDescriptor;
  readonly holder: Ident;
  readonly fragments: Fragments;
}

/** What was found out about the members of a module. */
interface ModuleSlots {
  readonly messages: Map<MessageNames, readonly Slot[]>;
  readonly fields: FieldTable<FieldSlot>;
  readonly cases: FieldTable<CaseSlot>;
  variables(members: readonly { readonly name: string }[]): readonly Ident[];
}

const slotsOfModules = new WeakMap<ModuleContext, ModuleSlots>();
const symbolNames: ReadonlySet<string> = new Set(Object.keys(symbols));

function moduleSlots(context: ModuleContext): ModuleSlots {
  let module = slotsOfModules.get(context);
  if (module === undefined) {
    const imported = context.file.imports.map((path) => context.names.file(path).taken);
    const variables = createVariables([context.own.taken, symbolNames, ...imported]);
    slotsOfModules.set(context, (module = { messages: new Map(), fields: new Map(), cases: new Map(), variables }));
  }
  return module;
}

/** The slots of a message in schema order. */
export function slotsOf(
  context: ModuleContext,
  members: readonly (FieldDescriptor | OneofDescriptor)[],
  names: MessageNames,
): readonly Slot[] {
  const module = moduleSlots(context);
  let slots = module.messages.get(names);
  if (slots === undefined) {
    const variables = module.variables(members);
    slots = members.map((member, index) =>
      createSlot(context, module, { member, names, variable: variables[index] as Ident }),
    );
    module.messages.set(names, slots);
  }
  return slots;
}

function createSlot(
  context: ModuleContext,
  module: ModuleSlots,
  place: { readonly member: FieldDescriptor | OneofDescriptor; readonly names: MessageNames; readonly variable: Ident },
): Slot {
  const { member, names, variable } = place;
  const property = names.members.get(member.name) as Ident;
  if (member.kind === "field") return fieldSlot(context, module, { field: member, property, variable });
  const oneof = names.oneofs.get(member.name) as OneofNames;
  // The types of a oneof carry the name of its message, so no other member is equal to it.
  const fragments: Fragments = { texts: [], shared: undefined };
  return { member, property, variable, fragments, oneof, cases: casesOf(context, member.cases, variable) };
}

function fieldSlot(
  context: ModuleContext,
  module: ModuleSlots,
  place: { readonly field: FieldDescriptor; readonly property: Ident; readonly variable: Ident },
): FieldSlot {
  const { field, property, variable } = place;
  const known = knownFor(module.fields, field);
  for (const other of known) {
    if (other.property === property && other.variable === variable && isSameField(other.member, field)) return other;
  }
  const slot = { member: field, property, variable, fragments: createFragments(context, place) };
  if (known.length < maxCompared) known.push(slot);
  return slot;
}

/** The cases of a oneof or union that the variable `holder` holds. */
export function casesOf(context: ModuleContext, cases: readonly FieldDescriptor[], holder: Ident): readonly CaseSlot[] {
  const table = moduleSlots(context).cases;
  return cases.map((field) => {
    const known = knownFor(table, field);
    const found = known.find((other) => other.holder === holder && isSameField(other.field, field));
    if (found !== undefined) return found;
    const slot = { field, holder, fragments: createFragments(context, { field, property: "", variable: holder }) };
    if (known.length < maxCompared) known.push(slot);
    return slot;
  });
}

/** `const contact = value.contact;` and the head of a switch over its cases. */
export function oneofSwitch({ variable, property }: OneofSlot): FlatCode {
  const declared = words`const ${variable} = value.${property};`;
  return inBody`
    ${fitting(1, declared, () => code`${assign(code`const ${variable}`, code`value.${property}`)};`)}
    ${oneofHead(variable)}
  `;
}

/** `switch (contact?.kind) {` */
export function oneofHead(variable: Ident): FlatCode {
  return fitting(1, words`switch (${variable}?.kind) {`, () => open("switch", code`${variable}?.kind`));
}

/** What is left of a switch over cases: no case at all, and what the types exclude. */
export function lastClauses(context: ModuleContext, holder: Ident, name: string): FlatCode {
  const notAMember = context.imports.runtime("notAMember");
  const literal = stringLiteral(name);
  const thrown = words`throw ${notAMember}(${literal}, ${holder});`;
  return inClauses`
    case undefined:
      break;
    default:
      ${fitting(3, thrown, () => code`throw ${call(notAMember, [literal, holder])};`)}
  `;
}

/** How reading begins: with what `previous` holds, or anew. */
export type Start = "merge" | "anew";

/** `let id = previous?.id ?? 0n;` */
export function declareSlots(context: ModuleContext, slots: readonly Slot[], start: Start): FlatCode {
  return gathered(context, slots, { part: part[start], depth: 1, make: (slot) => declareSlot(context, slot, start) });
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
function slotTypes(context: ModuleContext, slot: Slot): Piece[] {
  const type = "oneof" in slot ? slot.oneof.type : typeExpression(context, slot.member.type, "value");
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
export function requiredChecks(context: ModuleContext, slots: readonly Slot[], fullName: string): FlatCode {
  if (!slots.some(({ member }) => member.required)) return nothing;
  return settled(1, () => slots.flatMap((slot) => requiredCheck(context, slot, fullName)));
}

function requiredCheck(context: ModuleContext, { member, variable }: Slot, fullName: string): Code[] {
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
}

/** `return { id, name };` with every property, in schema order: one hidden class for all values of the type. */
export function returnSlots(context: ModuleContext, slots: readonly Slot[]): FlatCode {
  const make = (slot: Slot): Code => code`${entryOf(context, slot)},`;
  const entries = gathered(context, slots, { part: part.result, depth: 2, make });
  return inBody`
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
