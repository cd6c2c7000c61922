import { describeValue } from "../errors/wrong-value.ts";
import { malformed } from "../wire/malformed.ts";

/** The value that stands beside a generated enum type: conversions and the list of members. */
export interface EnumType<E extends string | number> {
  /** Wire name: `acme.users.v1.Role`. */
  readonly typeName: string;
  /** Declared members in schema order. */
  readonly members: readonly E[];
  /** @throws RpcError `invalid_argument` for a value that is not a member */
  toNumber(member: E): number;
  /** `undefined` for numbers that a closed enum does not declare; an open enum keeps them. */
  fromNumber(number: number): E | undefined;
  /** Spelling in JSON: `ROLE_MEMBER`; unknown numbers of an open enum stay numbers. */
  toName(member: E): string | number;
  /** The member with this spelling in JSON. */
  fromName(name: string): E | undefined;
  /** True for a member, and for any 32-bit integer when the enum is open. */
  is(value: unknown): value is E;
}

/** What generated code knows of an enum; {@link enumType} makes the rest. */
export interface EnumParts<E extends string | number> {
  readonly typeName: string;
  readonly members: readonly E[];
  toNumber(member: E): number;
  fromNumber(number: number): E | undefined;
  toName(member: E): string | number;
  fromName(name: string): E | undefined;
}

/** Makes the value of a generated enum; `constants` are its members by name when they are numbers. */
export function enumType<E extends string | number, C extends object = object>(
  parts: EnumParts<E>,
  constants?: C,
): EnumType<E> & C {
  const members: ReadonlySet<unknown> = new Set(parts.members);
  const is = (value: unknown): value is E => {
    if (typeof value === "number") return (value | 0) === value && parts.fromNumber(value) === value;
    return members.has(value);
  };
  const base = { ...parts, members: Object.freeze([...parts.members]), is };
  return Object.freeze({ ...constants, ...base } as EnumType<E> & C);
}

/** The error for a value that is not a member of an enum. */
export function notAMember(typeName: string, value: unknown): Error {
  return malformed(`expected a member of ${typeName}, found ${describeValue(value)}`);
}

/** The error for a `@required` field that is absent. */
export function missingField(typeName: string, field: string): Error {
  return malformed(`${typeName}: the required field "${field}" is missing`);
}
