import type {
  Declaration,
  ErrorDescriptor,
  MessageDescriptor,
  Reference,
  SchemaDescriptor,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { allFields, declarationOf, type ModuleContext } from "../module-context.ts";

type Checked = MessageDescriptor | ErrorDescriptor | UnionDescriptor;

const memo = new WeakMap<SchemaDescriptor, Map<Declaration, boolean>>();

/** True when a message, error or union, or anything it can hold, has a constraint: then it gets a validate function. */
export function isChecked(context: Pick<ModuleContext, "schema">, descriptor: Checked): boolean {
  let known = memo.get(context.schema);
  if (known === undefined) memo.set(context.schema, (known = new Map()));
  const answer = known.get(descriptor);
  if (answer !== undefined) return answer;
  const reached = reachable(context, descriptor);
  const found = [...reached].some(hasOwnConstraints);
  known.set(descriptor, found);
  // What is reached from something unchecked is unchecked as well.
  if (!found) for (const other of reached) known.set(other, false);
  return found;
}

/** True when values of a type are checked inside. */
export function isCheckedType(context: Pick<ModuleContext, "schema">, type: Type): boolean {
  if (type.kind !== "message" && type.kind !== "union" && type.kind !== "error") return false;
  const found = declarationOf(context, type);
  return isHolder(found) && isChecked(context, found);
}

function isHolder(declaration: Declaration): declaration is Checked {
  return declaration.kind === "message" || declaration.kind === "union" || declaration.kind === "error";
}

function reachable(context: Pick<ModuleContext, "schema">, start: Checked): Set<Checked> {
  const reached = new Set<Checked>([start]);
  for (const descriptor of reached) {
    for (const field of allFields(descriptor)) {
      const reference = referenceIn(field.type);
      const next = reference && declarationOf(context, reference);
      if (next !== undefined && isHolder(next)) reached.add(next);
    }
  }
  return reached;
}

function referenceIn(type: Type): Reference | undefined {
  if (type.kind === "list") return referenceIn(type.element);
  if (type.kind === "map") return referenceIn(type.value);
  return type.kind === "message" || type.kind === "union" || type.kind === "error" ? type : undefined;
}

function hasOwnConstraints(descriptor: Checked): boolean {
  if (descriptor.kind !== "union") {
    if (descriptor.checks.length > 0) return true;
    if (descriptor.members.some((member) => member.required)) return true;
  }
  return allFields(descriptor).some((field) => field.constraints.length > 0 || typeHasConstraints(field.type));
}

/** True when a type, its elements, keys or values bring constraints along. */
export function typeHasConstraints(type: Type): boolean {
  if ((type.constraints?.length ?? 0) > 0) return true;
  if (type.kind === "list") return typeHasConstraints(type.element);
  return type.kind === "map" && (typeHasConstraints(type.key) || typeHasConstraints(type.value));
}
