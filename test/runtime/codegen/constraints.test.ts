import { describe, expect, test } from "vitest";
import type { Violation } from "../../../runtime/codec/message-type.ts";
import {
  addNested,
  checkBytes,
  checkItems,
  checkLength,
  checkMin,
  checkThat,
  checkUnique,
  sizeOf,
} from "../../../runtime/codegen/constraints.ts";
import { matchesFormat } from "../../../runtime/codegen/formats.ts";

function broken(check: (violations: Violation[]) => void): Violation[] {
  const violations: Violation[] = [];
  check(violations);
  return violations;
}

describe("constraints", () => {
  test("count characters, not UTF-16 units", () => {
    expect(sizeOf("a\u{1f600}")).toBe(2);
    expect(broken((violations) => checkLength(violations, "p", "\u{1f600}\u{1f600}", 0, 2))).toEqual([]);
  });

  test("count the bytes of a string in UTF-8", () => {
    for (const text of ["", "a", "\u00e9", "\u20ac", "\u{1f600}", "a\u00e9\u20ac\u{1f600}"]) {
      const length = new TextEncoder().encode(text).length;
      expect(broken((violations) => checkBytes(violations, "p", text, length, length))).toEqual([]);
    }
  });

  test("say what was expected and found", () => {
    expect(broken((violations) => checkLength(violations, "name", "", 1, 80))).toEqual([
      { path: "name", rule: "len", message: "must have 1 to 80 characters, has 0" },
    ]);
    expect(broken((violations) => checkItems(violations, "tags", undefined, 1))).toMatchObject([
      { message: "must have at least 1 items, has 0" },
    ]);
  });

  test("refuse NaN wherever there is a bound", () => {
    expect(broken((violations) => checkMin(violations, "p", Number.NaN, 0))).toHaveLength(1);
  });

  test("tell items apart by value, bytes and dates too", () => {
    const bytes = [new Uint8Array([1, 2]), new Uint8Array([1, 2])];
    expect(broken((violations) => checkUnique(violations, "p", bytes))).toMatchObject([{ path: "p[1]" }]);
    expect(broken((violations) => checkUnique(violations, "p", [new Date(1), new Date(2)]))).toEqual([]);
  });

  test("take an expression that cannot be computed as broken", () => {
    expect(broken((violations) => checkThat(violations, "p", () => 1n / 0n === 1n, "m"))).toHaveLength(1);
  });

  test("put the outer path in front of the inner one", () => {
    const nested = ["", "a", "[0]"].map((path) => ({ path, rule: "r", message: "m" }));
    expect(broken((violations) => addNested(violations, "o", nested)).map(({ path }) => path)).toEqual([
      "o",
      "o.a",
      "o[0]",
    ]);
  });
});

describe("formats", () => {
  test.each([
    ["email", "a@b.de", true],
    ["email", "a.b+c@sub.example.org", true],
    ["email", "@b.de", false],
    ["email", "a@b@c", false],
    ["email", "a b@c.de", false],
    ["uuid", "123e4567-e89b-12d3-a456-426614174000", true],
    ["uuid", "123e4567e89b12d3a456426614174000", false],
    ["uri", "https://example.org/a?b=c#d", true],
    ["uri", "/relative", false],
    ["uri", "a:%zz", false],
    ["ip", "127.0.0.1", true],
    ["ip", "256.0.0.1", false],
    ["ip", "01.2.3.4", false],
    ["ip", "::1", true],
    ["ip", "::", true],
    ["ip", "1:2:3:4:5:6:7:8", true],
    ["ip", "1:2:3:4:5:6:7:8:9", false],
    ["ip", "::ffff:1.2.3.4", true],
    ["ip", "1::2::3", false],
    ["ip", "", false],
    ["hostname", "a-b.example", true],
    ["hostname", "-a.example", false],
    ["hostname", "a..b", false],
  ] as const)("%s: %s is %s", (format, text, expected) => {
    expect(matchesFormat(text, format)).toBe(expected);
  });

  test("take time in proportion to the text", () => {
    for (const format of ["email", "uri", "ip", "hostname", "uuid"] as const) {
      expect(matchesFormat(`${"a-.:@%".repeat(50_000)}!`, format)).toBe(false);
    }
  });
});
