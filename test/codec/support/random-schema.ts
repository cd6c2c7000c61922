import { fc } from "../../property.ts";
import type {
  Declaration,
  FieldDescriptor,
  FileDescriptor,
  OneofDescriptor,
  ScalarName,
  ScalarType,
  Type,
} from "@rpcgen/runtime/descriptor";
import { builtin, enumeration, field, file, list, map, message, oneof, reference, scalar, union } from "./schema.ts";

const scalarNames: readonly ScalarName[] = [
  ...(["bool", "string", "bytes", "int32", "uint32", "sint32", "fixed32", "sfixed32", "int64", "uint64"] as const),
  ...(["sint64", "fixed64", "sfixed64", "int53", "uint53", "float", "double"] as const),
];
const keyNames = scalarNames.filter((name) => !["bytes", "float", "double"].includes(name));

const scalarType: fc.Arbitrary<ScalarType> = fc
  .tuple(fc.constantFrom(...scalarNames), fc.constantFrom(undefined, undefined, "number" as const, "string" as const))
  .map(([name, js]) => scalar(name, /64$/.test(name) ? js : undefined));

const keyType: fc.Arbitrary<ScalarType> = fc.constantFrom(...keyNames).map((name) => scalar(name));

/** How many declarations of each kind the schema has; fields refer to them by number. */
const counts = { messages: 4, unions: 2 };

type Element = Exclude<Type, { kind: "list" | "map" }>;

const enumReference = fc.constantFrom("Open", "Closed").map((name) => reference("enum", name));
const builtinType = fc
  .constantFrom("timestamp", "duration", "json", "uuid", "any")
  .map((name) => builtin(name as "json"));

/** A message that may hold itself only where it can be absent. */
function messageReference(from: number): fc.Arbitrary<Element> {
  const choices: Element[] = [];
  for (let index = from; index < counts.messages; index++) choices.push(reference("message", `M${index}`));
  for (let index = 0; index < counts.unions; index++) if (from === 0) choices.push(reference("union", `U${index}`));
  return choices.length === 0 ? scalarType : fc.constantFrom(...choices);
}

function element(from: number): fc.Arbitrary<Element> {
  return fc.oneof(
    { weight: 6, arbitrary: scalarType },
    { weight: 2, arbitrary: enumReference },
    { weight: 2, arbitrary: messageReference(from) },
    { weight: 2, arbitrary: builtinType },
  );
}

const collection: fc.Arbitrary<Type> = fc.oneof(
  fc.tuple(element(0), fc.boolean()).map(([type, packed]) => {
    const plain = list(type) as Extract<Type, { kind: "list" }>;
    return { ...plain, packed: plain.packed && packed };
  }),
  fc.tuple(keyType, element(0)).map(([key, value]) => map(key, value)),
);

type Draft = (name: string, number: () => number) => FieldDescriptor | OneofDescriptor;

function member(from: number): fc.Arbitrary<Draft> {
  const single = element(from).map(
    (type): Draft =>
      (name, number) =>
        field(name, number(), type),
  );
  const optional = element(0).map(
    (type): Draft =>
      (name, number) =>
        field(name, number(), type, { optional: true }),
  );
  const many = collection.map(
    (type): Draft =>
      (name, number) =>
        field(name, number(), type),
  );
  const cases = fc.array(fc.oneof(element(0), fc.constant(builtin("void"))), { minLength: 1, maxLength: 4 });
  const choice = fc.tuple(cases, fc.boolean()).map(
    ([types, isOptional]): Draft =>
      (name, number) =>
        oneof(
          name,
          types.map((type, index) => field(`${name}Case${index}`, number(), type)),
          isOptional,
        ),
  );
  return fc.oneof(
    { weight: 4, arbitrary: single },
    { weight: 2, arbitrary: optional },
    { weight: 3, arbitrary: many },
    { weight: 1, arbitrary: choice },
  );
}

/** Numbers in random order, some of them large, so that keys of every size occur. */
const numbers = fc
  .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 40, maxLength: 40 }), fc.boolean())
  .map(([values, far]) => (far ? [...values.slice(0, 39), 536_870_911] : values));

function takeFrom(values: readonly number[]): () => number {
  const left = [...values];
  return () => left.pop() as number;
}

function messageNumber(index: number): fc.Arbitrary<Declaration> {
  return fc
    .tuple(fc.array(member(index + 1), { minLength: index === 0 ? 1 : 0, maxLength: 8 }), numbers)
    .map(([drafts, values]) => {
      const next = takeFrom(values);
      return message(
        `M${index}`,
        drafts.map((draft, position) => draft(position % 2 === 0 ? `f${position}` : `theField${position}`, next)),
      );
    });
}

function unionNumber(index: number): fc.Arbitrary<Declaration> {
  const cases = fc.array(fc.oneof(element(0), fc.constant(builtin("void"))), { minLength: 1, maxLength: 4 });
  return fc.tuple(cases, numbers).map(([types, values]) => {
    const next = takeFrom(values);
    return union(
      `U${index}`,
      types.map((type, position) => field(`case${position}`, next(), type)),
    );
  });
}

/** Schemas of six messages and unions with every construct; `M0` is the one to test. */
export const schemas: fc.Arbitrary<FileDescriptor> = fc
  .tuple(
    ...Array.from({ length: counts.messages }, (_none, index) => messageNumber(index)),
    ...Array.from({ length: counts.unions }, (_none, index) => unionNumber(index)),
  )
  .map((declarations) =>
    file([
      enumeration("Open", { unspecified: 0, red: 1, far: 2_147_483_647, below: -1 }, true),
      enumeration("Closed", { unspecified: 0, one: 1, two: 200 }),
      message("Known", [field("number", 1, scalar("uint32"))]),
      ...declarations,
    ]),
  );
