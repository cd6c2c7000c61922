import type { FieldDescriptor, Type } from "@rpcgen/runtime/descriptor";
import type { FlatCode, Piece } from "./code.ts";
import { lines } from "./layout.ts";
import { print } from "./print.ts";

/**
 * What one field becomes in the functions of a module, already laid out. Equal fields of different messages share it:
 * large schemas repeat their fields, and laying code out is what generating costs most.
 */
export type Fragments = Map<string, FlatCode>;

/** Where a field stands in generated code. */
export interface FieldPlace {
  readonly field: FieldDescriptor;
  /** The property of its message; empty for a case of a oneof. */
  readonly property: string;
  /** The variable that holds its value, or that of the oneof. */
  readonly variable: string;
}

interface Known extends FieldPlace {
  readonly fragments: Fragments;
}

/**
 * Fragments of one module by the name and the type of the field. They may name what the module imports, so modules share
 * none.
 */
export type FragmentTable = Map<string, Map<string, Known[]>>;

/** Fields that differ in nothing but their numbers are compared one by one; more than so many are not worth it. */
const maxCompared = 16;

/** The fragments of a field in its place. */
export function fragmentsOf(table: FragmentTable, place: FieldPlace): Fragments {
  const { field } = place;
  let named = table.get(field.name);
  if (named === undefined) table.set(field.name, (named = new Map()));
  const type = typeName(field.type);
  let known = named.get(type);
  if (known === undefined) named.set(type, (known = []));
  for (const other of known) if (isSame(other, place)) return other.fragments;
  const fragments: Fragments = new Map();
  if (known.length < maxCompared) known.push({ ...place, fragments });
  return fragments;
}

/**
 * Statements or members as text that can only stand at `depth`, made at the first call for a part.
 * @param part names what is made; has to hold whatever `make` takes besides the field
 */
export function remembered(
  fragments: Fragments,
  part: string,
  depth: number,
  make: () => Piece | readonly Piece[],
): FlatCode {
  let found = fragments.get(part);
  if (found === undefined) fragments.set(part, (found = settled(depth, make())));
  return found;
}

/** Code as the text it becomes at `depth`; may only be put there, alone on its lines. */
function settled(depth: number, piece: Piece | readonly Piece[]): FlatCode {
  const isList = typeof piece === "object" && !("kind" in piece);
  return print(isList ? lines(...piece) : piece, depth) as FlatCode;
}

/** True when all that functions make of a field is the same for both. Constraints and comments stand elsewhere. */
function isSame(left: FieldPlace, right: FieldPlace): boolean {
  const a = left.field;
  const b = right.field;
  return (
    left.property === right.property &&
    left.variable === right.variable &&
    a.number === b.number &&
    a.wireName === b.wireName &&
    a.jsonName === b.jsonName &&
    a.optional === b.optional &&
    a.required === b.required &&
    a.presence === b.presence &&
    isSameType(a.type, b.type) &&
    (a.default === b.default || JSON.stringify(a.default) === JSON.stringify(b.default))
  );
}

function isSameType(a: Type, b: Type): boolean {
  if (a.alias?.name !== b.alias?.name || a.alias?.file !== b.alias?.file || a.alias?.brand !== b.alias?.brand)
    return false;
  if (a.kind === "list") return b.kind === "list" && a.packed === b.packed && isSameType(a.element, b.element);
  if (a.kind === "map") return b.kind === "map" && isSameType(a.key, b.key) && isSameType(a.value, b.value);
  if (a.kind === "scalar") return b.kind === "scalar" && a.scalar === b.scalar && a.js === b.js;
  if (a.kind === "builtin") return b.kind === "builtin" && a.name === b.name;
  return a.kind === b.kind && a.name === b.name && a.file === b.file;
}

/** Enough to tell most types apart. */
function typeName(type: Type): string {
  if (type.kind === "list") return typeName(type.element);
  if (type.kind === "map") return typeName(type.value);
  return type.kind === "scalar" ? type.scalar : type.name;
}
