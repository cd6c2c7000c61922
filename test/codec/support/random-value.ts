import { fc } from "../../property.ts";
import type { FieldDescriptor, FileDescriptor, OneofDescriptor, ScalarType, Type } from "@rpcgen/runtime/descriptor";

type Members = readonly (FieldDescriptor | OneofDescriptor)[];
type Any = fc.Arbitrary<unknown>;
type Element = Exclude<Type, { kind: "list" | "map" }>;

/** How deep messages may be nested before everything optional is left out. */
const maxDepth = 3;

/** Complete values of a message of the schema, as decoding gives them. */
export function valuesOf(file: FileDescriptor, name: string, depth: number = 0): Any {
  const found = file.declarations.find((declaration) => declaration.name === name);
  if (found?.kind === "message") return membersOf(file, found.members, depth);
  if (found?.kind === "union") return casesOf(file, found.cases, false, depth);
  throw new TypeError(`${name} is not a message`);
}

function membersOf(file: FileDescriptor, members: Members, depth: number): Any {
  const entries = members.map((member) => [member.name, memberOf(file, member, depth)] as const);
  return fc.record(Object.fromEntries(entries));
}

function memberOf(file: FileDescriptor, member: FieldDescriptor | OneofDescriptor, depth: number): Any {
  if (member.kind === "oneof") return casesOf(file, member.cases, member.optional, depth);
  const { type } = member;
  if (type.kind === "list")
    return depth >= maxDepth ? fc.constant([]) : fc.array(elementOf(file, type.element, depth), { maxLength: 4 });
  if (type.kind === "map") return depth >= maxDepth ? fc.constant(new Map()) : mapOf(file, type.key, type.value, depth);
  if (!member.optional) return elementOf(file, type, depth);
  return depth >= maxDepth ? fc.constant(undefined) : fc.option(elementOf(file, type, depth), { nil: undefined });
}

function casesOf(file: FileDescriptor, cases: readonly FieldDescriptor[], optional: boolean, depth: number): Any {
  const absent = fc.constant(optional ? undefined : { kind: undefined, value: undefined });
  if (depth >= maxDepth) return absent;
  const choices = cases.map((field) =>
    elementOf(file, field.type as Element, depth).map((value) => ({ kind: field.name, value })),
  );
  return fc.oneof(absent, ...choices);
}

/** Peers keep maps in plain objects, so keys come in the order that objects give them. */
function mapOf(file: FileDescriptor, key: ScalarType, value: Element, depth: number): Any {
  const entry = fc.tuple(scalarOf(key), elementOf(file, value, depth));
  return fc.uniqueArray(entry, { maxLength: 4, selector: ([name]) => String(name) }).map((entries) => {
    const byName = Object.fromEntries(entries.map((pair) => [String(pair[0]), pair]));
    return new Map(Object.values(byName));
  });
}

function elementOf(file: FileDescriptor, type: Element, depth: number): Any {
  switch (type.kind) {
    case "scalar":
      return scalarOf(type);
    case "enum":
      return enumOf(file, type.name);
    case "builtin":
      return builtinOf(type.name);
    default:
      return valuesOf(file, type.name, depth + 1);
  }
}

function enumOf(file: FileDescriptor, name: string): Any {
  const found = file.declarations.find((declaration) => declaration.name === name);
  if (found?.kind !== "enum") throw new TypeError(`${name} is not an enum`);
  const members = fc.constantFrom(...found.members.map((member) => member.name));
  return found.open ? fc.oneof(members, fc.constantFrom(2, 77, -5)) : members;
}

function builtinOf(name: string): Any {
  switch (name) {
    case "timestamp":
      return fc.date({ min: new Date(-62_135_596_800_000), max: new Date(253_402_300_799_999), noInvalidDate: true });
    case "duration":
      return fc.oneof(
        fc
          .tuple(
            fc.integer({ min: 0, max: 1_000_000 }),
            fc.integer({ min: 0, max: 999_999_999 }),
            fc.constantFrom(1, -1),
          )
          .map(([seconds, nanos, sign]) => sign * (seconds * 1000 + nanos / 1_000_000) + 0),
        fc.integer({ min: -315_576_000_000, max: 315_576_000_000 }).map((seconds) => seconds * 1000),
      );
    case "json":
      return fc
        .jsonValue({ maxDepth: 2 })
        .map((value) => JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto")));
    case "any":
      return anyValue;
    case "uuid":
      return fc.oneof(fc.constant(""), fc.uuid());
    default:
      return fc.constant(undefined);
  }
}

/** Messages of a type that all peers know, or none at all: JSON cannot name others. */
const anyValue = fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }).map((number) =>
  number === undefined
    ? { typeUrl: "", value: new Uint8Array(0) }
    : {
        typeUrl: "type.googleapis.com/test.Known",
        value: Uint8Array.from(number < 128 ? [8, number] : [8, (number & 127) | 128, number >> 7]),
      },
);

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 100 }),
  fc.string({ unit: "binary", minLength: 20, maxLength: 150 }),
);

function scalarOf(type: ScalarType): Any {
  const { scalar, js } = type;
  if (/64$/.test(scalar)) return int64Of(/^u|^fixed/.test(scalar), js);
  switch (scalar) {
    case "bool":
      return fc.boolean();
    case "string":
      return text.filter((value) => value !== "__proto__");
    case "bytes":
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));
    case "int32":
    case "sint32":
    case "sfixed32":
      return fc.oneof(fc.integer(), fc.integer({ min: -3, max: 300 }));
    case "uint32":
    case "fixed32":
      return fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 300 }));
    case "int53":
      return fc.maxSafeInteger();
    case "uint53":
      return fc.maxSafeNat();
    case "float":
      return fc.float();
    default:
      return fc.double();
  }
}

function int64Of(unsigned: boolean, js: "number" | "string" | undefined): Any {
  if (js === "number") return unsigned ? fc.maxSafeNat() : fc.maxSafeInteger();
  const edges = unsigned
    ? { min: 0n, max: 0xffff_ffff_ffff_ffffn }
    : { min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn };
  const value = fc.oneof(fc.bigInt(edges), fc.bigInt({ min: unsigned ? 0n : -2n, max: 300n }));
  return js === "string" ? value.map(String) : value;
}
