import type {
  Declaration,
  ErrorDescriptor,
  FieldDescriptor,
  MessageDescriptor,
  OneofDescriptor,
  Reference,
  SchemaDescriptor,
  Type,
  UnionDescriptor,
} from "@rpcgen/runtime/descriptor";
import { declarationOf, type ModuleContext } from "../module-context.ts";

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
  for (const file of context.schema.files) {
    for (const descriptor of file.declarations) {
      if (!isHolder(descriptor)) continue;
      if (descriptor.kind !== "union" && descriptor.checks.length > 0) checked.add(descriptor);
      const members = descriptor.kind === "union" ? descriptor.cases : descriptor.members;
      for (const member of members) noteMember(context, { holders, checked }, descriptor, member);
    }
  }
  for (const descriptor of checked) for (const holder of holders.get(descriptor) ?? []) checked.add(holder);
  return checked;
}

interface Found {
  readonly holders: Map<Declaration, Checked[]>;
  readonly checked: Set<Declaration>;
}

function noteMember(
  context: Pick<ModuleContext, "schema">,
  found: Found,
  holder: Checked,
  member: FieldDescriptor | OneofDescriptor,
): void {
  if (member.kind === "oneof") {
    if (member.required) found.checked.add(holder);
    for (const field of member.cases) noteField(context, found, holder, field);
  } else {
    if (member.required) found.checked.add(holder);
    noteField(context, found, holder, member);
  }
}

function noteField(
  context: Pick<ModuleContext, "schema">,
  found: Found,
  holder: Checked,
  field: FieldDescriptor,
): void {
  if (field.constraints.length > 0 || typeHasConstraints(field.type)) found.checked.add(holder);
  const reference = referenceIn(field.type);
  if (reference === undefined) return;
  const held = declarationOf(context, reference);
  const known = found.holders.get(held);
  if (known === undefined) found.holders.set(held, [holder]);
  else known.push(holder);
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

/** True when a type, its elements, keys or values bring constraints along. */
export function typeHasConstraints(type: Type): boolean {
  if ((type.constraints?.length ?? 0) > 0) return true;
  if (type.kind === "list") return typeHasConstraints(type.element);
  return type.kind === "map" && (typeHasConstraints(type.key) || typeHasConstraints(type.value));
}
