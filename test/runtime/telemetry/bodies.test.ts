import { fc } from "../../property.ts";
import type { FieldDescriptor, FileDescriptor, OneofDescriptor, Type } from "@rpcgen/runtime/descriptor";
import { describe, expect, test } from "vitest";
import type { CallInfo } from "../../../runtime/call/context.ts";
import { DeclaredError, type ErrorType } from "../../../runtime/call/declared-error.ts";
import type { MethodType } from "../../../runtime/call/method-type.ts";
import { type RpcError, Code } from "../../../runtime/index.ts";
import { type BodyOptions, createBodies } from "../../../runtime/telemetry/bodies.ts";
import { createLogLevels } from "../../../runtime/telemetry/index.ts";
import { type AnyType, evaluate, renderCodecs } from "../../codec/support/load.ts";
import { schemas } from "../../codec/support/random-schema.ts";
import { valuesOf } from "../../codec/support/random-value.ts";
import {
  builtin,
  field,
  file,
  list,
  map,
  message,
  oneof,
  reference,
  scalar,
  union,
} from "../../codec/support/schema.ts";

const secret = { sensitive: true };
const text = scalar("string");
const account = file([
  message("Key", [field("secret", 1, text, secret), field("label", 2, text)]),
  union("Proof", [field("password", 1, text, secret), field("key", 2, reference("message", "Key"))]),
  message("Account", [
    field("name", 1, text),
    field("pin", 2, scalar("int32"), secret),
    field("keys", 3, list(reference("message", "Key"))),
    field("byName", 4, map(text, reference("message", "Key"))),
    field("tokens", 5, list(text), secret),
    field("notes", 6, map(text, text), secret),
    oneof("contact", [field("phone", 7, text, secret), field("page", 8, text)], true),
    field("proof", 9, reference("union", "Proof"), { optional: true }),
    field("packed", 10, builtin("any"), { optional: true }),
    field("home", 11, reference("message", "Key"), { ...secret, optional: true }),
  ]),
]);
const { Account } = evaluate(renderCodecs(account));

function methodOf(type: AnyType, kind: MethodType["kind"] = "unary"): MethodType {
  const service = "p.v1.S";
  return { kind, service, path: "/p.v1.S/Get", oneway: false, request: type, response: type, errors: [] } as never;
}

/** The fields of a line for a call of these requests and replies. */
function written(
  type: AnyType,
  bodies: { readonly requests?: readonly unknown[]; readonly replies?: readonly unknown[]; readonly error?: RpcError },
  options: BodyOptions & { readonly kind?: MethodType["kind"]; readonly errors?: readonly ErrorType[] } = {},
): Readonly<Record<string, string>> {
  const { kind, errors = [], ...rest } = options;
  const keep = createBodies(rest, createLogLevels({ default: "trace" }));
  const kept = keep({ method: { ...methodOf(type, kind), errors } } as unknown as CallInfo);
  for (const value of bodies.requests ?? []) kept?.request(value);
  for (const value of bodies.replies ?? []) kept?.reply(value);
  return kept?.fields(bodies.error) ?? {};
}

function requestOf(value: unknown, options: BodyOptions = {}): string | undefined {
  return written(Account as AnyType, { requests: [value] }, options)["request"];
}

describe("a sensitive field", () => {
  test.each([
    ["in a message", { name: "a", pin: 1234 }, { name: "a", pin: "***" }],
    ["of list items", { keys: [{ secret: "s", label: "l" }] }, { keys: [{ secret: "***", label: "l" }] }],
    ["of values of a map", { byName: new Map([["k", { secret: "s" }]]) }, { byName: { k: { secret: "***" } } }],
    ["that is a list", { tokens: ["a", "b"] }, { tokens: "***" }],
    ["that is a map, its keys too", { notes: new Map([["a", "b"]]) }, { notes: "***" }],
    ["that is a message", { home: { label: "h" } }, { home: "***" }],
    ["in a oneof", { contact: { kind: "phone", value: "1" } }, { phone: "***" }],
    ["beside other cases", { contact: { kind: "page", value: "p" } }, { page: "p" }],
    ["in a union", { proof: { kind: "password", value: "p" } }, { proof: { password: "***" } }],
    ["that was never set", { name: "a", pin: 0, tokens: [] }, { name: "a" }],
  ])("%s is a mark", (_where, value, expected) => {
    expect(JSON.parse(requestOf(value) ?? "")).toEqual(expected);
  });

  test("may be anywhere in a message that nobody knows the type of, so none of that is written", () => {
    const packed = { typeUrl: "x/test.Key", value: Uint8Array.from([10, 1, 115]) };
    expect(requestOf({ packed })).toBe('{"packed":{"@type":"x/test.Key","@bytes":"***"}}');
  });

  test("of a declared error is a mark in its data", () => {
    const type: ErrorType = {
      typeName: "p.v1.Denied",
      code: Code.notFound,
      data: Account as never,
      create: () => error,
    };
    const error: DeclaredError = new DeclaredError(type, { name: "a", pin: 7 }, "denied");
    expect(written(Account as AnyType, { error }, { errors: [type] })["errorData"]).toBe('{"name":"a","pin":"***"}');
  });

  test("of a value that is no message of its type is not quoted", () => {
    expect(requestOf({ name: 5, pin: "secret" })).toBe('"(not a valid message)"');
  });
});

describe("a body", () => {
  test("is cut, and says so", () => {
    expect(requestOf({ name: "x".repeat(50) }, { maxBytes: 20 })).toBe('{"name":"xxxxxxxxxxx… (cut: 61 bytes)');
    expect(requestOf({ name: "ää" }, { maxBytes: 10 })).toBe('{"name":"… (cut: 15 bytes)');
  });

  test("of a stream holds its items, as far as there is room", () => {
    const options = { kind: "bidi_stream", maxBytes: 30 } as const;
    const items = (count: number) => Array.from({ length: count }, () => ({ name: "x" }));
    const few = written(Account as AnyType, { requests: items(2) }, options);
    expect(few).toEqual({ request: '[{"name":"x"},{"name":"x"}]', reply: "[]" });
    const many = written(Account as AnyType, { replies: items(1_000) }, options);
    expect(many["reply"]).toBe('[{"name":"x"},{"name":"x"},{"n… (cut: 1000 items)');
  });

  test("has nothing in it that a terminal would act on", () => {
    expect(requestOf({ name: "\u001b[2J\u202e\n" })).toBe('{"name":"\\u001b[2J\\u202e\\n"}');
  });

  test("is written for the methods that are named, while the level is trace", () => {
    const levels = createLogLevels();
    const keep = createBodies({ methods: ["p.v1.S/Get", "p.v1.Other"] }, levels);
    const call = (path: string, service = "p.v1.S") =>
      keep({ method: { ...methodOf(Account as AnyType), path, service } } as unknown as CallInfo) !== undefined;
    expect(call("/p.v1.S/Get")).toBe(false);
    levels.configure({ services: { "p.v1.S": "trace" } });
    expect([call("/p.v1.S/Get"), call("/p.v1.S/Put"), call("/p.v1.Other/Get", "p.v1.Other")]).toEqual([
      true,
      false,
      false,
    ]);
    levels.configure({ default: "trace" });
    expect(call("/p.v1.Other/Get", "p.v1.Other")).toBe(true);
  });

  test.each([
    [{ maxBytes: 0 }, "bodies.maxBytes is 0; expected a whole number above 0."],
    [{ methods: ["shop/"] }, 'bodies.methods holds "shop/"'],
  ])("refuses %j", (options, said) => {
    expect(() => createBodies(options, createLogLevels())).toThrow(said);
  });
});

const bytes = new TextEncoder().encode("SECRET");
const uuid = "5ec5ec5e-c0de-4000-8000-5ec5ec5ec0de";

/** The value with something to look for in every sensitive place. */
function poisoned(schema: FileDescriptor, type: Type, value: unknown, isSecret: boolean): unknown {
  if (value === undefined || value === null) return value;
  switch (type.kind) {
    case "list":
      return (value as unknown[]).map((item) => poisoned(schema, type.element, item, isSecret));
    case "map":
      return new Map(
        [...(value as Map<unknown, unknown>)].map(([key, item]) => [
          poisoned(schema, type.key, key, isSecret),
          poisoned(schema, type.value, item, isSecret),
        ]),
      );
    case "scalar":
      if (!isSecret) return value;
      return type.scalar === "string" ? `SECRET${String(value)}` : type.scalar === "bytes" ? bytes : value;
    case "builtin":
      if (type.name === "any") return { typeUrl: "x/y.Z", value: bytes };
      if (!isSecret) return value;
      return type.name === "json" ? { SECRET: ["SECRET"] } : type.name === "uuid" ? uuid : value;
    case "message":
      return poisonedMembers(schema, type.name, value as Record<string, unknown>, isSecret);
    case "union":
      return poisonedCase(schema, casesOf(schema, type.name), value as Choice, isSecret);
    default:
      return value;
  }
}

type Choice = { readonly kind: string | undefined; readonly value: unknown };

function casesOf(schema: FileDescriptor, name: string): readonly FieldDescriptor[] {
  const found = schema.declarations.find((each) => each.name === name);
  return found?.kind === "union" ? found.cases : [];
}

function membersOf(schema: FileDescriptor, name: string): readonly (FieldDescriptor | OneofDescriptor)[] {
  const found = schema.declarations.find((each) => each.name === name);
  return found?.kind === "message" ? found.members : [];
}

function poisonedCase(
  schema: FileDescriptor,
  cases: readonly FieldDescriptor[],
  { kind, value }: Choice,
  isSecret: boolean,
): Choice {
  const chosen = cases.find((each) => each.name === kind);
  if (chosen === undefined) return { kind, value };
  return { kind, value: poisoned(schema, chosen.type, value, isSecret || chosen.sensitive) };
}

function poisonedMembers(
  schema: FileDescriptor,
  name: string,
  value: Record<string, unknown>,
  isSecret: boolean,
): Record<string, unknown> {
  const entries = membersOf(schema, name).map((member) => {
    const before = value[member.name];
    if (before === undefined) return [member.name, undefined];
    if (member.kind === "oneof") return [member.name, poisonedCase(schema, member.cases, before as Choice, isSecret)];
    return [member.name, poisoned(schema, member.type, before, isSecret || member.sensitive)];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** The schema with some of its fields made sensitive. */
function withSecrets(schema: FileDescriptor, isSecret: (number: number) => boolean): FileDescriptor {
  const mark = (each: FieldDescriptor): FieldDescriptor => ({ ...each, sensitive: isSecret(each.number) });
  const declarations = schema.declarations.map((each) => {
    if (each.kind === "union") return { ...each, cases: each.cases.map(mark) };
    if (each.kind !== "message") return each;
    return {
      ...each,
      members: each.members.map((member) =>
        member.kind === "oneof" ? { ...member, cases: member.cases.map(mark) } : mark(member),
      ),
    };
  });
  return { ...schema, declarations };
}

test("no value of a sensitive field gets into a line, whatever the schema and the message", () => {
  fc.assert(
    fc.property(schemas, fc.integer({ min: 2, max: 4 }), (plain, share) => {
      const schema = withSecrets(plain, (number) => number % share === 0);
      const type = evaluate(renderCodecs(schema))["M0"] as AnyType;
      fc.assert(
        fc.property(valuesOf(schema, "M0"), (value) => {
          const body = poisonedMembers(schema, "M0", value as Record<string, unknown>, false);
          const found = written(type, { requests: [body], replies: [body, body] }, { maxBytes: 1_000_000 });
          expect(found["request"]).not.toBe('"(not a valid message)"');
          expect(JSON.stringify(found)).not.toMatch(/SECRET|U0VDUkVU|5ec5ec5e/);
        }),
        { numRuns: 20 },
      );
    }),
    { numRuns: 40 },
  );
});
