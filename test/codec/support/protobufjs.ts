import protobuf from "protobufjs";
import type { FieldDescriptor, FileDescriptor, OneofDescriptor, Type } from "@rpcgen/runtime/descriptor";

/** The schema in protobufjs, by reflection, and its plain objects from our values. */
export interface ProtobufjsPeer {
  encode(name: string, value: unknown): Uint8Array;
  /** Decodes and encodes again. */
  echo(name: string, bytes: Uint8Array): Uint8Array;
  /** Its own JSON, which is that of the protobuf mapping only where no well-known type occurs. */
  json(name: string, bytes: Uint8Array): unknown;
}

type Element = Exclude<Type, { kind: "list" | "map" }>;

export function createProtobufjsPeer(file: FileDescriptor): ProtobufjsPeer {
  const root = new protobuf.Root();
  for (const name of ["timestamp", "duration", "struct", "empty", "any"]) {
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)?.nested ?? {});
  }
  const nested = Object.fromEntries(file.declarations.flatMap((declaration) => declare(declaration)));
  root.addJSON({ test: { edition: "2023", nested } });
  root.resolveAll();
  return {
    encode: (name, value) =>
      root
        .lookupType(`test.${name}`)
        .encode(plainOf(file, name, value) as never)
        .finish(),
    echo: (name, bytes) => {
      const type = root.lookupType(`test.${name}`);
      return type.encode(type.decode(bytes)).finish();
    },
    json: (name, bytes) => {
      const type = root.lookupType(`test.${name}`);
      return type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: String, json: true });
    },
  };
}

function declare(declaration: FileDescriptor["declarations"][number]): [string, object][] {
  if (declaration.kind === "enum") {
    const values = Object.fromEntries(declaration.members.map((member) => [member.wireName, member.number]));
    return [[declaration.name, { values, options: { features: { enum_type: declaration.open ? "OPEN" : "CLOSED" } } }]];
  }
  if (declaration.kind === "union")
    return [[declaration.name, fieldsOf([{ name: "value", cases: declaration.cases }], [])]];
  if (declaration.kind !== "message") return [];
  const oneofs = declaration.members.filter((member) => member.kind === "oneof");
  const fields = declaration.members.filter((member) => member.kind === "field");
  return [[declaration.name, fieldsOf(oneofs, fields)]];
}

function fieldsOf(
  oneofs: readonly { readonly name: string; readonly cases: readonly FieldDescriptor[] }[],
  fields: readonly FieldDescriptor[],
): object {
  const all = [...fields, ...oneofs.flatMap((oneof) => oneof.cases)];
  return {
    fields: Object.fromEntries(all.map((field) => [field.name, fieldOf(field)])),
    oneofs: Object.fromEntries(
      oneofs.map((oneof) => [`the_${oneof.name}`, { oneof: oneof.cases.map((field) => field.name) }]),
    ),
  };
}

function fieldOf(field: FieldDescriptor): object {
  const { type, number: id } = field;
  if (type.kind === "map") return { id, keyType: typeName(type.key), type: typeName(type.value) };
  if (type.kind === "list") {
    const encoding = type.packed ? "PACKED" : "EXPANDED";
    return {
      id,
      rule: "repeated",
      type: typeName(type.element),
      options: { features: { repeated_field_encoding: encoding } },
    };
  }
  const presence = field.presence === "implicit" ? "IMPLICIT" : "EXPLICIT";
  return { id, type: typeName(type), options: { features: { field_presence: presence } } };
}

function typeName(type: Element): string {
  if (type.kind === "scalar") return type.scalar.replace("53", "64");
  if (type.kind !== "builtin") return `.test.${type.name}`;
  const names = { timestamp: "Timestamp", duration: "Duration", json: "Value", void: "Empty", any: "Any" };
  return type.name === "uuid" ? "string" : `.google.protobuf.${names[type.name]}`;
}

function plainOf(file: FileDescriptor, name: string, value: unknown): unknown {
  const found = file.declarations.find((declaration) => declaration.name === name);
  if (found?.kind === "union") return Object.fromEntries(caseOf(file, found.cases, value));
  if (found?.kind !== "message") throw new TypeError(name);
  const members = value as Record<string, unknown>;
  return Object.fromEntries(found.members.flatMap((member) => memberOf(file, member, members[member.name])));
}

function caseOf(file: FileDescriptor, cases: readonly FieldDescriptor[], value: unknown): [string, unknown][] {
  const choice = value as { kind?: string; value: unknown } | undefined;
  const field = cases.find((candidate) => candidate.name === choice?.kind);
  return field === undefined ? [] : [[field.name, elementOf(file, field.type as Element, choice?.value)]];
}

function memberOf(
  file: FileDescriptor,
  member: FieldDescriptor | OneofDescriptor,
  value: unknown,
): [string, unknown][] {
  if (value === undefined) return [];
  if (member.kind === "oneof") return caseOf(file, member.cases, value);
  const { type, name } = member;
  if (type.kind === "list") return [[name, (value as unknown[]).map((item) => elementOf(file, type.element, item))]];
  if (type.kind === "map") return [[name, mapOf(file, type.value, value as Map<unknown, unknown>)]];
  return member.presence === "implicit" && isZero(type, value) ? [] : [[name, elementOf(file, type, value)]];
}

function isZero(type: Type, value: unknown): boolean {
  if (value instanceof Uint8Array) return value.length === 0;
  if (type.kind === "enum") return value === "unspecified";
  if (type.kind === "scalar" && type.js === "string") return value === "0";
  return Object.is(value, 0) || value === 0n || value === "" || value === false;
}

function mapOf(file: FileDescriptor, value: Element, entries: Map<unknown, unknown>): object {
  return Object.fromEntries([...entries].map(([key, item]) => [String(key), elementOf(file, value, item)]));
}

function elementOf(file: FileDescriptor, type: Element, value: unknown): unknown {
  switch (type.kind) {
    case "scalar":
      return /64$|53$/.test(type.scalar) ? longOf(BigInt(value as string)) : value;
    case "enum":
      return enumOf(file, type.name, value);
    case "builtin":
      return builtinOf(type.name, value);
    default:
      return plainOf(file, type.name, value);
  }
}

function longOf(value: bigint): object {
  const low = Number(BigInt.asIntN(32, value));
  return { low, high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: value > 0x7fff_ffff_ffff_ffffn };
}

function enumOf(file: FileDescriptor, name: string, value: unknown): number {
  const found = file.declarations.find((declaration) => declaration.name === name);
  if (found?.kind !== "enum") throw new TypeError(name);
  return found.members.find((member) => member.name === value)?.number ?? (value as number);
}

function builtinOf(name: string, value: unknown): unknown {
  switch (name) {
    case "timestamp": {
      const ms = (value as Date).getTime();
      const seconds = Math.floor(ms / 1000);
      return secondsAndNanos(seconds, (ms - seconds * 1000) * 1_000_000);
    }
    case "duration": {
      const seconds = Math.trunc((value as number) / 1000);
      return secondsAndNanos(seconds, Math.round(((value as number) - seconds * 1000) * 1_000_000));
    }
    case "json":
      return jsonOf(value);
    case "any": {
      const { typeUrl, value: bytes } = value as { typeUrl: string; value: Uint8Array };
      return typeUrl === "" ? {} : { type_url: typeUrl, value: bytes };
    }
    case "void":
      return {};
    default:
      return value;
  }
}

function secondsAndNanos(seconds: number, nanos: number): object {
  return { ...(seconds === 0 ? {} : { seconds: longOf(BigInt(seconds)) }), ...(nanos === 0 ? {} : { nanos }) };
}

function jsonOf(value: unknown): object {
  if (value === null) return { nullValue: 0 };
  if (typeof value === "number") return { numberValue: value };
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: value.map(jsonOf) } };
  const fields = Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, jsonOf(item)]));
  return { structValue: { fields } };
}
