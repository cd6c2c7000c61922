import type { FieldDescriptor, Type } from "@rpcgen/runtime/descriptor";
import type { FlatCode, Piece } from "./code.ts";
import { lines } from "./layout.ts";
import { print } from "./print.ts";

/**
 * What one field becomes in the functions of a module, already laid out. Equal fields of different messages share it:
 * large schemas repeat their fields, and laying code out is what generating costs most.
 */
export type Fragments = Map<string, FlatCode>;

/** Fragments of one module by what they are made from. They may name what the module imports, so modules share none. */
export type FragmentTable = Map<string, Fragments>;

/** The fragments of a field whose value is kept in `variable` and stands in `property` of the message. */
export function fragmentsOf(
  table: FragmentTable,
  field: FieldDescriptor,
  property: string,
  variable: string,
): Fragments {
  const key = `${property} ${variable} ${fieldKey(field)}`;
  let found = table.get(key);
  if (found === undefined) table.set(key, (found = new Map()));
  return found;
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
export function settled(depth: number, piece: Piece | readonly Piece[]): FlatCode {
  const isList = typeof piece === "object" && !("kind" in piece);
  return print(isList ? lines(...piece) : piece, depth) as FlatCode;
}

/** Member names as JSON and protobuf have them follow from no other part of the key, so they are part of it. */
function fieldKey(field: FieldDescriptor): string {
  const flags = `${field.optional ? "?" : ""}${field.required ? "!" : ""}${field.presence === "explicit" ? "+" : ""}`;
  const value = field.default === undefined ? "" : JSON.stringify(field.default);
  return `${field.number} ${field.name} ${field.wireName} ${field.jsonName} ${flags} ${typeKey(field.type)} ${value}`;
}

function typeKey(type: Type): string {
  const alias = type.alias === undefined ? "" : ` as ${type.alias.file}:${type.alias.name}:${type.alias.brand}`;
  switch (type.kind) {
    case "scalar":
      return `${type.scalar} ${type.js ?? ""}${alias}`;
    case "builtin":
      return `${type.name}${alias}`;
    case "list":
      return `[${typeKey(type.element)} ${type.packed}]${alias}`;
    case "map":
      return `{${typeKey(type.key)}, ${typeKey(type.value)}}${alias}`;
    default:
      return `${type.kind} ${type.file}:${type.name}${alias}`;
  }
}
