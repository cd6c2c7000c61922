import type { EnumDescriptor, FieldDescriptor, OneofDescriptor, ScalarName, Type } from "@rpcgen/runtime/descriptor";
import { declarations } from "./schema.ts";

/** Values as vectors spell them from values of generated code, and back. README.md has the rules. */

type Members = readonly (FieldDescriptor | OneofDescriptor)[];
type Data = Record<string, any>;

/** What a vector says of a decoded message. */
export function toVector(fullName: string, data: Data): unknown {
  const declaration = declarations.get(fullName);
  if (declaration?.kind === "union") return caseToVector(declaration.cases, data);
  return membersToVector(membersOf(fullName), data);
}

/** What generated code encodes for the value of a vector. */
export function fromVector(fullName: string, value: unknown): Data {
  const declaration = declarations.get(fullName);
  if (declaration?.kind === "union") return caseFromVector(declaration.cases, value as Data);
  const data: Data = {};
  for (const member of membersOf(fullName)) {
    const given = (value as Data)[member.name];
    if (given === undefined) continue;
    data[member.name] =
      member.kind === "oneof" ? caseFromVector(member.cases, given as Data) : fieldFromVector(member.type, given);
  }
  return data;
}

function membersOf(fullName: string): Members {
  const declaration = declarations.get(fullName);
  if (declaration?.kind === "message" || declaration?.kind === "error") return declaration.members;
  throw new Error(`${fullName} is no message.`);
}

function membersToVector(members: Members, data: Data): Data {
  const result: Data = {};
  for (const member of members) {
    const value = data[member.name];
    const text =
      value === undefined
        ? undefined
        : member.kind === "oneof"
          ? caseToVector(member.cases, value as Data)
          : fieldToVector(member.type, value);
    if (text === undefined || isAbsent(member, text)) continue;
    result[member.name] = text;
  }
  return result;
}

/** True for the value that a field has when it is absent. */
function isAbsent(member: FieldDescriptor | OneofDescriptor, value: unknown): boolean {
  if (member.kind === "oneof") return Object.keys(value as object).length === 0;
  if (member.optional) return false;
  if (member.default !== undefined) return JSON.stringify(value) === JSON.stringify(defaultOf(member));
  return JSON.stringify(value) === JSON.stringify(zeroOf(member.type));
}

function defaultOf({ default: value }: FieldDescriptor): unknown {
  if (value?.kind === "enum") return String(value.number);
  return value !== undefined && "value" in value ? value.value : undefined;
}

function zeroOf(type: Type): unknown {
  switch (type.kind) {
    case "list":
    case "map":
      return [];
    case "message":
    case "union":
    case "error":
      return {};
    case "enum":
      return "0";
    case "builtin":
      return { timestamp: "0", duration: "0", json: null, any: {}, uuid: "", void: {} }[type.name];
    case "scalar":
      return scalarToVector(type.scalar, zeroScalar(type.scalar));
  }
}

function zeroScalar(name: ScalarName): unknown {
  if (name === "bool") return false;
  if (name === "string") return "";
  if (name === "bytes") return new Uint8Array(0);
  return 0;
}

function caseToVector(cases: readonly FieldDescriptor[], data: Data): unknown {
  const found = cases.find(({ name }) => name === data.kind);
  if (found === undefined) return {};
  return { case: found.name, value: data.value === undefined ? {} : fieldToVector(found.type, data.value) };
}

function caseFromVector(cases: readonly FieldDescriptor[], value: Data): Data {
  const found = cases.find(({ name }) => name === value.case);
  if (found === undefined) return { kind: undefined };
  return { kind: found.name, value: fieldFromVector(found.type, value.value) };
}

function fieldToVector(type: Type, value: any): unknown {
  switch (type.kind) {
    case "list":
      return (value as unknown[]).map((item) => fieldToVector(type.element, item));
    case "map":
      return [...(value as Map<unknown, unknown>)].map(([key, item]) => [
        fieldToVector(type.key, key),
        fieldToVector(type.value, item),
      ]);
    case "enum":
      return String(typeof value === "number" ? value : numberOf(type.fullName, value as string));
    case "message":
    case "union":
    case "error":
      return toVector(type.fullName, value as Data);
    case "builtin":
      return builtinToVector(type.name, value);
    case "scalar":
      return scalarToVector(type.scalar, value);
  }
}

function fieldFromVector(type: Type, value: any): unknown {
  switch (type.kind) {
    case "list":
      return (value as unknown[]).map((item) => fieldFromVector(type.element, item));
    case "map":
      return new Map(
        (value as [unknown, unknown][]).map(([key, item]) => [
          fieldFromVector(type.key, key),
          fieldFromVector(type.value, item),
        ]),
      );
    case "enum":
      return memberOf(type.fullName, Number(value));
    case "message":
    case "union":
    case "error":
      return fromVector(type.fullName, value);
    case "builtin":
      return builtinFromVector(type.name, value);
    case "scalar":
      return scalarFromVector(type.scalar, value);
  }
}

function enumOf(fullName: string): EnumDescriptor {
  const found = declarations.get(fullName);
  if (found?.kind === "enum") return found;
  throw new Error(`${fullName} is no enum.`);
}

function numberOf(fullName: string, name: string): number {
  return enumOf(fullName).members.find((member) => member.name === name)?.number ?? Number.NaN;
}

function memberOf(fullName: string, number: number): string | number {
  return enumOf(fullName).members.find((member) => member.number === number)?.name ?? number;
}

function builtinToVector(name: string, value: any): unknown {
  if (name === "timestamp") return secondsOf((value as Date).getTime());
  if (name === "duration") return secondsOf(value as number);
  if (name === "any") return anyToVector(value as { typeUrl: string; value: Uint8Array });
  return name === "void" ? {} : value;
}

function builtinFromVector(name: string, value: any): unknown {
  if (name === "timestamp") return new Date(Math.round(Number(value) * 1000));
  if (name === "duration") return Number(value) * 1000;
  if (name === "any")
    return { typeUrl: value.typeUrl ?? "", value: Buffer.from((value.value as string | undefined) ?? "", "hex") };
  return name === "void" ? undefined : value;
}

function anyToVector({ typeUrl, value }: { typeUrl: string; value: Uint8Array }): unknown {
  return {
    ...(typeUrl === "" ? {} : { typeUrl }),
    ...(value.length === 0 ? {} : { value: Buffer.from(value).toString("hex") }),
  };
}

/** Seconds in decimal, without needless zeros. */
function secondsOf(ms: number): string {
  const whole = Math.trunc(ms);
  const nanos = BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1_000_000));
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/u, "");
  return `${nanos < 0n ? "-" : ""}${size / 1_000_000_000n}${fraction === "" ? "" : `.${fraction}`}`;
}

function scalarToVector(name: ScalarName, value: any): unknown {
  if (name === "bool" || name === "string") return value;
  if (name === "bytes") return Buffer.from(value as Uint8Array).toString("hex");
  const bits = Buffer.alloc(8);
  if (name === "float") return bits.subarray(0, bits.writeFloatBE(value as number)).toString("hex");
  if (name === "double") return bits.subarray(0, bits.writeDoubleBE(value as number)).toString("hex");
  return String(value);
}

function scalarFromVector(name: ScalarName, value: any): unknown {
  if (name === "bool" || name === "string") return value;
  if (name === "bytes") return new Uint8Array(Buffer.from(value as string, "hex"));
  if (name === "float") return Buffer.from(value as string, "hex").readFloatBE();
  if (name === "double") return Buffer.from(value as string, "hex").readDoubleBE();
  return /64$/u.test(name) ? BigInt(value as string) : Number(value);
}
