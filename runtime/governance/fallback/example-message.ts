import type {
  Declaration,
  FieldDescriptor,
  FileDescriptor,
  MethodDescriptor,
  OneofDescriptor,
} from "../../descriptor/descriptor.ts";
import type { ExampleValue, Reference, Type } from "../../descriptor/type.ts";
import { fittingValue, minItems, zeroValue } from "./fitting-value.ts";

/** What generated modules export for it: `shopSchema`. */
export interface DescribedSchema {
  descriptor(): FileDescriptor;
}

/** Schemas by the names that are asked for. */
export interface SchemaIndex {
  /** By path. */
  readonly methods: ReadonlyMap<string, MethodDescriptor>;
  /** By full name. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Messages that hold an example somewhere, by full name. */
  readonly shown: Map<string, boolean>;
}

/** @see SchemaIndex */
export function indexOf(schemas: readonly DescribedSchema[]): SchemaIndex {
  const declarations = new Map<string, Declaration>();
  const methods = new Map<string, MethodDescriptor>();
  for (const declaration of schemas.flatMap((schema) => schema.descriptor().declarations)) {
    declarations.set(declaration.fullName, declaration);
    if (declaration.kind === "service") for (const method of declaration.methods) methods.set(method.path, method);
  }
  return { methods, declarations, shown: new Map() };
}

/** Most messages in one example: a schema can nest them so that their number is the product of many. */
const MAX_MESSAGES = 1_000;

interface Making {
  readonly index: SchemaIndex;
  /** Messages around the one that is made: none of them is put into itself. */
  readonly around: readonly string[];
  readonly count: { messages: number };
}

/**
 * A message made of examples, in the JSON mapping: fields have theirs, else their default where it is valid, else a value that satisfies what is simple of
 * their constraints. Messages in it are made the same way; optional ones and items of lists only where an example is in them.
 */
export function exampleOf(type: Type, index: SchemaIndex): ExampleValue {
  return isMessage(type) ? messageOf(type, { index, around: [], count: { messages: 0 } }) : {};
}

function isMessage(type: Type): type is Reference {
  return type.kind === "message" || type.kind === "union";
}

function messageOf({ fullName, example }: Reference, making: Making): ExampleValue {
  if (example !== undefined) return example;
  const declaration = making.index.declarations.get(fullName);
  if (declaration === undefined || ++making.count.messages > MAX_MESSAGES) return {};
  const inner = { ...making, around: [...making.around, fullName] };
  if (declaration.kind === "union") return Object.fromEntries(chosenCase(declaration.cases, inner, false));
  if (declaration.kind !== "message") return {};
  return Object.fromEntries(declaration.members.flatMap((member) => entriesOf(member, inner)));
}

type Entries = readonly (readonly [string, ExampleValue])[];

function entriesOf(member: FieldDescriptor | OneofDescriptor, making: Making): Entries {
  if (member.kind === "oneof") return chosenCase(member.cases, making, member.required);
  const value = valueOf(member, making);
  return value === undefined ? [] : [[member.jsonName, value]];
}

/** The first case with an example; the first of all when there has to be one. */
function chosenCase(cases: readonly FieldDescriptor[], making: Making, isRequired: boolean): Entries {
  const shown = cases.find((each) => isShown(each, making)) ?? (isRequired ? cases[0] : undefined);
  return shown === undefined ? [] : [[shown.jsonName, valueOf({ ...shown, required: true }, making) ?? {}]];
}

function valueOf(field: FieldDescriptor, making: Making): ExampleValue | undefined {
  const { type, example = type.example } = field;
  if (example !== undefined) return example;
  if (field.default !== undefined) return undefined;
  if (type.kind === "list") return listOf(field, type.element, making);
  if (isMessage(type)) return !field.optional || isShown(field, making) ? messageOf(type, making) : undefined;
  const fitting = field.optional ? undefined : fittingValue(type, constraintsOf(field));
  return fitting ?? (field.required ? zeroValue(type) : undefined);
}

function constraintsOf({ type, constraints }: FieldDescriptor): FieldDescriptor["constraints"] {
  return [...(type.constraints ?? []), ...constraints];
}

/** As many items as there have to be, and one where it has something to show. */
function listOf(field: FieldDescriptor, element: Type, making: Making): ExampleValue | undefined {
  const least = minItems(constraintsOf(field));
  const length = isShown(field, making) ? Math.max(1, least) : least;
  return length === 0 ? undefined : Array.from({ length }, () => itemOf(element, making));
}

function itemOf(element: Type, making: Making): ExampleValue {
  if (element.example !== undefined) return element.example;
  if (isMessage(element)) return messageOf(element, making);
  return fittingValue(element, element.constraints ?? []) ?? zeroValue(element);
}

/** True for a field with an example, or of messages with one that it is not itself part of. */
function isShown({ example, type }: FieldDescriptor, { index, around }: Making): boolean {
  const inner = type.kind === "list" ? type.element : type;
  if (example !== undefined || type.example !== undefined || inner.example !== undefined) return true;
  return isMessage(inner) && !around.includes(inner.fullName) && holdsExample(inner.fullName, index);
}

function holdsExample(fullName: string, index: SchemaIndex): boolean {
  const known = index.shown.get(fullName);
  if (known !== undefined) return known;
  // A message that leads back to itself gets nothing from that.
  index.shown.set(fullName, false);
  const holds = fieldsOf(index.declarations.get(fullName)).some(({ example, type }) => {
    const inner = type.kind === "list" ? type.element : type;
    if (example !== undefined || type.example !== undefined || inner.example !== undefined) return true;
    return isMessage(inner) && holdsExample(inner.fullName, index);
  });
  index.shown.set(fullName, holds);
  return holds;
}

function fieldsOf(declaration: Declaration | undefined): readonly FieldDescriptor[] {
  if (declaration?.kind === "union") return declaration.cases;
  if (declaration?.kind !== "message") return [];
  return declaration.members.flatMap((member) => (member.kind === "oneof" ? member.cases : [member]));
}
