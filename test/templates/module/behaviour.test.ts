import { describe, expect, test } from "vitest";
import { Constrained, Everything, NotFound, Shape, Slug } from "./everything/expected/everything.rpc.ts";
import { Point } from "./users/expected/geo.rpc.ts";
import { Role, User, usersSchema } from "./users/expected/users.rpc.ts";

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

function brokenIn(violations: readonly { readonly path: string; readonly rule: string }[]): string[] {
  return violations.map(({ path, rule }) => `${path}:${rule}`);
}

describe("a generated message", () => {
  test("is completed by create, nested values too, without changing what was given", () => {
    const given = Object.freeze({ name: "a", contact: { kind: "chat", value: { handle: "h" } } } as const);
    const user = User.create(given);
    expect(user).toMatchObject({
      id: 0n,
      name: "a",
      role: "member",
      tags: [],
      labels: new Map(),
      createdAt: new Date(0),
    });
    expect(user.contact).toEqual({ kind: "chat", value: { network: "", handle: "h" } });
  });

  test("equals itself with its defaults left out, and nothing else", () => {
    expect(User.equals({}, User.create())).toBe(true);
    expect(User.equals({ tags: ["a"] }, { tags: ["b"] })).toBe(false);
    expect(User.equals({ contact: { kind: "none" } }, { contact: { kind: "phone", value: "" } })).toBe(false);
    expect(Shape.equals({ kind: "text", value: "a" }, { kind: "text", value: "a" })).toBe(true);
  });

  test("survives its bytes and its JSON", () => {
    const user = User.create({ name: "a", labels: new Map([["k", "v"]]), home: { latitude: 1 }, role: "owner" });
    expect(User.equals(User.decode(User.encode(user)), user)).toBe(true);
    expect(User.equals(User.fromJson(User.toJson(user)), user)).toBe(true);
  });
});

describe("generated code", () => {
  const given = {
    hiddenPin: 77,
    hiddenKeys: new Map([["secret", 4711]]),
    hiddenReader: { name: "secret" },
    hiddenChoice: { kind: "hiddenText", value: "s" },
    reqd: "a",
    reqm: {},
  } as const;

  test("writes a mark in place of sensitive fields, when it is told one", () => {
    expect(Everything.toJson(given, { redact: "***" })).toMatchObject({
      hiddenPin: "***",
      hiddenKeys: "***",
      hiddenReader: "***",
      hiddenText: "***",
    });
    expect(Everything.toJson(given)).toMatchObject({
      hiddenPin: 77,
      hiddenText: "s",
    });
  });

  test.each([
    [{ hiddenPin: "4711x" }, "hiddenPin"],
    [{ hidden_pin: 4711.5 }, "hidden_pin"],
    [{ hiddenKeys: { 4711: "secret" } }, "hiddenKeys"],
    [{ hiddenReader: "4711" }, "hiddenReader"],
    [{ hiddenReader: { name: 4711 } }, "hiddenReader"],
    [{ hiddenReader: { secret: 4711 } }, "hiddenReader"],
    [{ hiddenText: 4711 }, "hiddenText"],
  ])("tells nothing of the value of a sensitive field that JSON has of another type: %j", (json, place) => {
    const message = `acme.nasty.v1.Everything at ${place}: the value, which is @sensitive, does not fit the schema`;
    const thrown = thrownBy(() => Everything.fromJson(json));
    expect(thrown).toMatchObject({ message, details: [] });
    expect(thrown).not.toHaveProperty("cause");
  });

  test("tells what JSON has in the fields after a sensitive one", () => {
    expect(() => Everything.fromJson({ hiddenPin: 1, hiddenReader: { name: "x" }, shownText: 4711 })).toThrow(
      "acme.nasty.v1.Everything at shownText: expected a string, found 4711",
    );
    expect(() => Everything.fromJson({ hiddenPin: 1, secret: 2 })).toThrow('unknown field "secret"');
  });

  test("tells nothing of the value of a sensitive field that breaks a constraint", () => {
    const found = Everything.validate(given).filter(({ path }) => path.startsWith("hidden"));
    expect(found).toEqual([
      { path: "hiddenPin", rule: "max", message: "must satisfy @max" },
      { path: "hiddenKeys", rule: "max", message: "must satisfy @max" },
      { path: "hiddenChoice.hiddenText", rule: "len", message: "must satisfy @len" },
    ]);
  });
});

describe("generated validation", () => {
  test("names the path of each broken constraint", () => {
    const value = { name: " x", tags: ["a", "a"], email: "no", home: { latitude: 91 } };
    expect(brokenIn(User.validate(value))).toEqual([
      "name:pattern",
      "email:len",
      "email:email",
      "tags[1]:unique",
      "home.latitude:max",
    ]);
    expect(brokenIn(Point.validate({ latitude: Number.NaN }))).toEqual(["latitude:min", "latitude:max"]);
  });

  test("looks into lists, maps, unions and required members", () => {
    const everything = {
      i32: 1, u32: 1, u64: 1n, fl: 1, key: "3", slug: Slug("a"), slugs: [Slug("A")], reqd: "a@b.de", reqm: {}, host: "a.b", ipa: "::1",
      uri_: "a:b", other: { deep: "d" }, cons: ok(), consList: [{ ...ok(), name: "admin" }], consMap: new Map([["k", { ...ok(), big: 1n }]]),
    }; // prettier-ignore
    expect(brokenIn(Everything.validate({ ...everything, s: "ab/L" }))).toEqual([
      "slugs[0]:pattern",
      "consList[0].name:check",
      'consMap["k"].big:check',
    ]);
    expect(
      brokenIn(
        Everything.validate({
          ...everything,
          s: "ab/L",
          reqd: undefined as never,
          slugs: [Slug("a")],
          consList: [],
          consMap: new Map(),
        }),
      ),
    ).toEqual(["reqd:required"]);
  });

  test("computes checks over several fields", () => {
    expect(Constrained.validate(ok())).toEqual([]);
    expect(brokenIn(Constrained.validate({ ...ok(), start: new Date(5) }))).toEqual([":check"]);
  });
});

function ok(): { end: Date; note: string } {
  return { end: new Date(1), note: "" };
}

describe("other generated values", () => {
  test("an enum lists and converts its members", () => {
    expect(Role.members).toEqual(["unspecified", "member", "admin", "owner"]);
    expect([Role.toNumber("admin"), Role.fromNumber(3), Role.fromNumber(9), Role.is("owner"), Role.is("x")]).toEqual([
      2,
      "owner",
      undefined,
      true,
      false,
    ]);
  });

  test("an error is told by its guard and carries its data", () => {
    const error: unknown = new NotFound({ what: "user" });
    expect(NotFound.is(error) && error.data.what).toBe("user");
    expect(NotFound.is(new Error("not found"))).toBe(false);
  });

  test("the schema is parsed on demand and cannot be changed", () => {
    const descriptor = usersSchema.descriptor();
    expect(descriptor.package).toBe("acme.users.v1");
    expect(usersSchema.descriptor()).toBe(descriptor);
    expect(Object.isFrozen(descriptor.declarations)).toBe(true);
  });
});
