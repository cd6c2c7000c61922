import { entry } from "./diagnostic.ts";

/** Findings about the numbers of members, and what is reserved: RPC02xx. */
export const numberCatalog = {
  duplicateNumber: entry<{
    readonly number: bigint;
    readonly owner: string;
    readonly next: number;
    readonly skipped: string;
  }>({
    code: "RPC0203",
    severity: "error",
    title: "A field number is used twice",
    explanation:
      "Fields are known by their numbers on the wire. The numbers of a message, those of its oneofs included, are unique.",
    clause: "2.3.2",
    text: ({ number, owner, next, skipped }) => ({
      message: `field number ${number} is used twice in \`${owner}\``,
      label: "used again here",
      help: [`the next free number is ${next}${skipped}`],
    }),
  }),
  numberOutOfRange: entry<{ readonly number: bigint; readonly next: number }>({
    code: "RPC0204",
    severity: "error",
    title: "A field number is out of range",
    explanation: "Field numbers go from 1 to 536870911 (2^29 - 1): the wire has no room for others.",
    clause: "2.3.1",
    text: ({ number, next }) => ({
      message: `${number} is not a field number`,
      label: "field numbers go from 1 to 536870911",
      help: [`the next free number is ${next}`],
    }),
  }),
  numberOfProtobuf: entry<{ readonly number: bigint; readonly next: number }>({
    code: "RPC0205",
    severity: "error",
    title: "A field number belongs to protobuf itself",
    explanation: "Protobuf keeps 19000 to 19999 for its own use; other implementations refuse them.",
    clause: "2.3.1",
    text: ({ number, next }) => ({
      message: `field number ${number} belongs to protobuf itself`,
      label: "19000 to 19999 may not be used",
      help: [`the next free number is ${next}`],
    }),
  }),
  reservedNumber: entry<{ readonly number: bigint; readonly owner: string; readonly next: number | undefined }>({
    code: "RPC0206",
    severity: "error",
    title: "A reserved number is used",
    explanation:
      "A reserved number belonged to a member that was removed. Old messages still carry it, and would be read as the new member.",
    clause: "2.3.3",
    text: ({ number, owner, next }) => ({
      message: `number ${number} is reserved in \`${owner}\``,
      label: "may not be used again",
      help: next === undefined ? [] : [`the next free number is ${next}`],
    }),
  }),
  enumWithoutZero: entry<{ readonly name: string }>({
    code: "RPC0211",
    severity: "error",
    title: "An enum has no member for 0",
    explanation: "0 is what a field holds that was never set. It needs a name.",
    clause: "2.4.1",
    text: ({ name }) => ({
      message: `enum \`${name}\` has no member with number 0`,
      label: "0 is the value of a field that was not set",
      help: ["add  unspecified = 0;"],
    }),
  }),
  duplicateEnumNumber: entry<{ readonly number: bigint; readonly name: string; readonly next: number }>({
    code: "RPC0212",
    severity: "error",
    title: "Two members of an enum have one number",
    explanation: "Members are known by their numbers on the wire, so each number has one member.",
    clause: "2.4.2",
    text: ({ number, name, next }) => ({
      message: `number ${number} is used twice in enum \`${name}\``,
      label: "used again here",
      help: [`the next free number is ${next}`],
    }),
  }),
  enumNumberOutOfRange: entry<{ readonly number: bigint }>({
    code: "RPC0213",
    severity: "error",
    title: "An enum number is out of range",
    explanation: "Enum numbers are 32-bit signed integers: -2147483648 to 2147483647.",
    clause: "2.4.2",
    text: ({ number }) => ({
      message: `${number} is too large for an enum`,
      label: "enum numbers go from -2147483648 to 2147483647",
    }),
  }),
  reservedRange: entry<{
    readonly from: bigint;
    readonly to: string;
    readonly lowest: number;
    readonly highest: number;
  }>({
    code: "RPC0214",
    severity: "error",
    title: "A reserved range is no range",
    explanation:
      "A reserved range runs from a lower to a higher number, both ends included, within the numbers that can be used.",
    clause: "2.3.3",
    text: ({ from, to, lowest, highest }) => ({
      message: `${from}..${to} is not a range of numbers`,
      label: `a range runs upwards between ${lowest} and ${highest}`,
    }),
  }),
  reservedTwice: entry<{ readonly what: string }>({
    code: "RPC0215",
    severity: "error",
    title: "Something is reserved twice",
    explanation: "A number or name that stands in two places of the reserved lists is a slip of the pen.",
    clause: "2.3.3",
    text: ({ what }) => ({
      message: `${what} is reserved twice`,
      label: "reserved again here",
      help: ["remove one of them"],
    }),
  }),
};
