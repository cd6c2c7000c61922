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

const memo = new WeakMap<SchemaDescriptor, ReadonlySet<Declaration>>();

/** True when a message, error or union, or anything it can hold, has a constraint: then it gets a validate function. */
export function isChecked(context: Pick<ModuleContext, "schema">, descriptor: Checked): boolean {
  let checked = memo.get(context.schema);
  if (checked === undefined) memo.set(context.schema, (checked = checkedDeclarations(context)));
  return checked.has(descriptor);
}

/** All that are checked: those with constraints of their own, then whatever holds them. Linear in the schema. */
function checkedDeclarations(context: Pick<ModuleContext, "schema">): ReadonlySet<Declaration> {
  const holders = new Map<Declaration, Checked[]>();
  const checked = new Set<Declaration>();
  for (const descriptor of context.schema.files.flatMap((file) => file.declarations).filter(isHolder)) {
    if (hasOwnConstraints(descriptor)) checked.add(descriptor);
    for (const held of heldBy(context, descriptor)) {
      const known = holders.get(held);
      if (known === undefined) holders.set(held, [descriptor]);
      else known.push(descriptor);
    }
  }
  for (const descriptor of checked) for (const holder of holders.get(descriptor) ?? []) checked.add(holder);
  return checked;
}

function heldBy(context: Pick<ModuleContext, "schema">, descriptor: Checked): Declaration[] {
  return allFields(descriptor).flatMap((field) => {
    const reference = referenceIn(field.type);
    return reference === undefined ? [] : [declarationOf(context, reference)];
  });
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
