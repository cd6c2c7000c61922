import type { FieldDescriptor, Type } from "@rpcgen/runtime/descriptor";
import type { SymbolName } from "@rpcgen/runtime/codegen";
import { type FlatCode, nothing, type Piece } from "./code.ts";
import { lineBreak } from "./fill.ts";
import type { ModuleContext } from "./module-context.ts";
import { settled } from "./settle.ts";

/** What a field becomes in the types and functions of a module, one by one. */
const parts = {
  valueProperty: 0,
  initProperty: 1,
  valueCase: 2,
  initCase: 3,
  lastValueCase: 24,
  lastInitCase: 25,
  write: 4,
  writeCase: 5,
  read: 6,
  readCase: 7,
  readOptionalCase: 8,
  merge: 9,
  anew: 10,
  result: 11,
  toJson: 12,
  toJsonCase: 13,
  fromJson: 14,
  fromJsonBothNames: 15,
  caseFromJson: 16,
  caseFromJsonBothNames: 17,
  optionalCaseFromJson: 18,
  optionalCaseFromJsonBothNames: 19,
  create: 20,
  equals: 21,
  lastEquals: 22,
  equalsCase: 23,
} as const;

/** A part by its name. */
export const part: typeof parts = Object.freeze(parts);

export type Part = (typeof parts)[keyof typeof parts];

/**
 * What one field becomes in the functions of a module, laid out already. Equal fields of different messages share it: large
 * schemas repeat their fields, and laying code out is what generating costs most.
 */
export interface Fragments {
  /** By {@link part}; each begins with its line break. */
  readonly texts: (FlatCode | undefined)[];
  /** The same of all modules, when no name of a module stands in it. */
  readonly shared: SharedFragments | undefined;
}

interface SharedFragments extends FieldPlace {
  readonly texts: (FlatCode | undefined)[];
  /** What a module imports for each part. */
  readonly symbols: (ReadonlySet<SymbolName> | undefined)[];
}

/** Where a field stands in generated code. */
export interface FieldPlace {
  readonly field: FieldDescriptor;
  /** The property of its message; empty for a case of a oneof. */
  readonly property: string;
  /** The variable that holds its value, or that of the oneof. */
  readonly variable: string;
}

/** What was found for fields, by their names and the names of their types: enough to tell most apart. */
export type FieldTable<T> = Map<string, Map<string, T[]>>;

/** Fragments that modules share. */
export type SharedTable = FieldTable<SharedFragments>;

/** Fields that differ in nothing but their numbers are compared one by one; more than so many are not worth it. */
export const maxCompared = 16;

/** What is known for fields like this one; to be added to. */
export function knownFor<T>(table: FieldTable<T>, field: FieldDescriptor): T[] {
  let named = table.get(field.name);
  if (named === undefined) table.set(field.name, (named = new Map()));
  const type = typeName(field.type);
  let known = named.get(type);
  if (known === undefined) named.set(type, (known = []));
  return known;
}

function typeName(type: Type): string {
  if (type.kind === "list") return typeName(type.element);
  if (type.kind === "map") return typeName(type.value);
  return type.kind === "scalar" ? type.scalar : type.name;
}

/** New fragments of a field in a module. */
export function createFragments(context: ModuleContext, place: FieldPlace): Fragments {
  const isShared = context.sharesFragments && isIndependent(place.field.type);
  return { texts: [], shared: isShared ? sharedFragments(context.shared, place) : undefined };
}

function sharedFragments(table: SharedTable, place: FieldPlace): SharedFragments | undefined {
  const known = knownFor(table, place.field);
  for (const other of known) if (isSamePlace(other, place)) return other;
  if (known.length >= maxCompared) return undefined;
  const added: SharedFragments = { ...place, texts: [], symbols: [] };
  known.push(added);
  return added;
}

/** One part of every slot, one below the other at `depth`. */
export function gathered<S extends { readonly fragments: Fragments }>(
  context: ModuleContext,
  slots: readonly S[],
  target: { readonly part: Part; readonly depth: number; make(slot: S): Piece | readonly Piece[] },
): FlatCode {
  const { part, depth } = target;
  let text = nothing;
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] as S;
    const known =
      slot.fragments.texts[part] ?? remembered(context, slot.fragments, { part, depth, make: () => target.make(slot) });
    text = below(text, known, depth);
  }
  return text;
}

/** Text with a fragment below it; the first one loses the line break that it begins with. */
export function below(text: FlatCode, fragment: FlatCode, depth: number): FlatCode {
  return text === "" ? withoutBreak(fragment, depth) : ((text + fragment) as FlatCode);
}

/** Text behind the line break that it begins with. */
export function withoutBreak(text: string, depth: number): FlatCode {
  return text.slice(lineBreak(depth).length) as FlatCode;
}

/** Statements or members as text that can only stand at `depth`, made at the first call for a part; begins with its line break. */
export function remembered(
  context: ModuleContext,
  fragments: Fragments,
  target: { readonly part: Part; readonly depth: number; make(): Piece | readonly Piece[] },
): FlatCode {
  return (fragments.texts[target.part] ??= sharedOrNew(context, fragments.shared, target));
}

function sharedOrNew(
  context: ModuleContext,
  shared: SharedFragments | undefined,
  target: { readonly part: Part; readonly depth: number; make(): Piece | readonly Piece[] },
): FlatCode {
  const { part, depth, make } = target;
  const create = (): FlatCode => (lineBreak(depth) + settled(depth, make)) as FlatCode;
  if (shared === undefined) return create();
  const known = shared.texts[part];
  if (known !== undefined) {
    for (const symbol of shared.symbols[part] ?? []) context.imports.runtime(symbol);
    return known;
  }
  const symbols = new Set<SymbolName>();
  const text = context.imports.recorded(symbols, create);
  shared.symbols[part] = symbols;
  shared.texts[part] = text;
  return text;
}

/** True for types in whose code no name of a schema stands. */
function isIndependent(type: Type): boolean {
  if (type.alias !== undefined) return false;
  if (type.kind === "list") return isIndependent(type.element);
  if (type.kind === "map") return isIndependent(type.key) && isIndependent(type.value);
  return type.kind === "scalar" || type.kind === "builtin";
}

function isSamePlace(left: FieldPlace, right: FieldPlace): boolean {
  return left.property === right.property && left.variable === right.variable && isSameField(left.field, right.field);
}

/** True when all that functions make of two fields of one name is the same. Constraints and comments stand elsewhere. */
export function isSameField(a: FieldDescriptor, b: FieldDescriptor): boolean {
  return (
    a.number === b.number &&
    a.optional === b.optional &&
    a.required === b.required &&
    a.sensitive === b.sensitive &&
    a.presence === b.presence &&
    a.wireName === b.wireName &&
    a.jsonName === b.jsonName &&
    isSameType(a.type, b.type) &&
    (a.default === b.default || JSON.stringify(a.default) === JSON.stringify(b.default))
  );
}

function isSameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.alias?.name !== b.alias?.name || a.alias?.file !== b.alias?.file || a.alias?.brand !== b.alias?.brand)
    return false;
  if (a.kind === "scalar") return b.kind === "scalar" && a.scalar === b.scalar && a.js === b.js;
  if (a.kind === "list") return b.kind === "list" && a.packed === b.packed && isSameType(a.element, b.element);
  if (a.kind === "map") return b.kind === "map" && isSameType(a.key, b.key) && isSameType(a.value, b.value);
  if (a.kind === "builtin") return b.kind === "builtin" && a.name === b.name;
  return a.kind === b.kind && a.name === b.name && a.file === b.file;
}
