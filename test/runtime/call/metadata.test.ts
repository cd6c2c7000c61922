import { describe, expect, test } from "vitest";
import { lazyMetadata, metadata, metadataEntries, type MetadataEntry } from "../../../runtime/call/metadata.ts";
import { Code } from "../../../runtime/errors/code.ts";
import { RpcError } from "../../../runtime/errors/rpc-error.ts";

function errorOf(action: () => unknown): RpcError {
  try {
    action();
  } catch (error) {
    if (RpcError.is(error)) return error;
  }
  throw new Error("expected an RpcError");
}

describe("metadata", () => {
  test("is made of an object, of pairs, of a Map and of metadata", () => {
    const expected = [["user", "ada"]];
    expect([...metadata({ user: "ada" })]).toEqual(expected);
    expect([...metadata([["user", "ada"]])]).toEqual(expected);
    expect([...metadata(new Map([["user", "ada"]]))]).toEqual(expected);
    expect([...metadata(metadata({ user: "ada" }))]).toEqual(expected);
    expect(metadata().size).toBe(0);
  });

  test("keeps repeated keys in order", () => {
    const repeated = metadata([
      ["tag", "a"],
      ["other", "x"],
      ["tag", "b"],
    ]);
    expect(repeated.getAll("tag")).toEqual(["a", "b"]);
    expect(repeated.get("tag")).toBe("a");
    expect(repeated.has("tag")).toBe(true);
    expect(repeated.size).toBe(3);
  });

  test("answers undefined for keys that are absent, also those of every object", () => {
    const empty = metadata({});
    expect(empty.get("constructor")).toBeUndefined();
    expect(empty.has("__proto__")).toBe(false);
    expect(empty.getAll("x")).toEqual([]);
  });

  test.each(["", "User", "a b", "ä", "a:b", "a\n"])("refuses the key %j", (key) => {
    const error = errorOf(() => metadata([[key, "x"]]));
    expect(error.code).toBe(Code.invalidArgument);
    expect(error.message).toContain("is not allowed");
  });

  test.each(["a\nb", "a\rb", "\0", "\u007f", "\ud800"])("refuses the value %j", (value) => {
    expect(errorOf(() => metadata({ key: value })).message).toContain('"key" has a control character');
  });

  test("refuses a value that is not a string and says what it is", () => {
    expect(errorOf(() => metadata({ key: 7 as unknown as string })).message).toContain("is number; expected a string");
    expect(errorOf(() => metadata({ key: null as unknown as string })).message).toContain("is null; expected a string");
  });

  test("takes text of any language", () => {
    expect(metadata({ name: "Ådä 🚀" }).get("name")).toBe("Ådä 🚀");
  });

  test.each([
    ["entries", (n: number) => Array.from({ length: n }, (_, index): MetadataEntry => [`k${index}`, ""]), 64],
    ["bytes of a key", (n: number): MetadataEntry[] => [["k".repeat(n), ""]], 128],
    ["bytes of a value", (n: number): MetadataEntry[] => [["k", "v".repeat(n)]], 8 * 1024],
    [
      "bytes together",
      (n: number): MetadataEntry[] => [
        ["a", "v".repeat(8191)],
        ["b", "v".repeat(n - 8193)],
      ],
      16 * 1024,
    ],
  ] as const)("takes as many %s as allowed and refuses one more", (_what, make, limit) => {
    expect(() => metadata(make(limit))).not.toThrow();
    expect(errorOf(() => metadata(make(limit + 1))).code).toBe(Code.resourceExhausted);
  });

  test("is not read before it is asked for, and read once", () => {
    let reads = 0;
    const lazy = lazyMetadata(() => {
      reads++;
      return [["a", "1"]];
    });
    expect(reads).toBe(0);
    expect([lazy.get("a"), lazy.has("a"), lazy.size, lazy.getAll("a"), [...lazy]]).toEqual([
      "1",
      true,
      1,
      ["1"],
      [["a", "1"]],
    ]);
    expect(reads).toBe(1);
  });

  test("that was checked is not checked again", () => {
    const checked = metadata({ a: "1" });
    expect(metadataEntries(checked)).toBe(metadataEntries(checked));
  });
});
