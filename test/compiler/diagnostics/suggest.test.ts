import { describe, expect, test } from "vitest";
import { closest, editDistance } from "../../../compiler/diagnostics/suggest.ts";

describe("editDistance", () => {
  test("counts a swap of neighbours as one", () => expect(editDistance("serivce", "service", 3)).toBe(1));
  test("counts insertions, deletions and changes", () => expect(editDistance("kitten", "sitting", 5)).toBe(3));
  test("counts a change of case as a half", () => expect(editDistance("user", "User", 3)).toBe(0.5));
  test("stops behind the limit", () => expect(editDistance("aaaaaaaa", "bbbbbbbb", 2)).toBe(3));
});

describe("closest", () => {
  test("finds a word at most a third of its length away", () => {
    expect(closest("Adress", ["Account", "Address", "Dress"])).toBe("Address");
    expect(closest("mesage", ["message", "package"])).toBe("message");
  });
  test("finds nothing when all are too different", () =>
    expect(closest("frobnicate", ["message", "enum"])).toBeUndefined());
  test("takes the first of equals", () => expect(closest("cat", ["car", "cap"])).toBe("car"));
  test("prefers another case to another letter", () => expect(closest("user", ["Uses", "User"])).toBe("User"));
  test("says nothing for a single letter or a huge word", () => {
    expect(closest("a", ["b"])).toBeUndefined();
    expect(closest("a".repeat(200), ["a".repeat(199)])).toBeUndefined();
  });
});

test("prefers a difference in case to any other", () => {
  expect(closest("user", ["Users", "User"])).toBe("User");
});
