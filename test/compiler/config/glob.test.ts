import { describe, expect, test } from "vitest";
import { createMatcher, expandBraces, isPattern, patternBase } from "../../../compiler/config/glob.ts";

describe("patterns", () => {
  test.each([
    ["/a/*.rpc", "/a/b.rpc", true],
    ["/a/*.rpc", "/a/b/c.rpc", false],
    ["/a/**/*.rpc", "/a/b.rpc", true],
    ["/a/**/*.rpc", "/a/b/c/d.rpc", true],
    ["/a/**", "/a/b/c.rpc", true],
    ["/a/?.rpc", "/a/b.rpc", true],
    ["/a/?.rpc", "/a/bc.rpc", false],
    ["/a/[bc].rpc", "/a/c.rpc", true],
    ["/a/[!bc].rpc", "/a/c.rpc", false],
    ["/a/[!bc].rpc", "/a/d.rpc", true],
    ["/a/[]].rpc", "/a/[]].rpc", true],
    ["/a/{b,c/d}.rpc", "/a/c/d.rpc", true],
    ["/a/{b,c}.rpc", "/a/d.rpc", false],
    ["/a.b/(c)+.rpc", "/a.b/(c)+.rpc", true],
    ["/a.b/c.rpc", "/aXb/c.rpc", false],
    ["/a/*.rpc", "/a/b.rpc.ts", false],
  ])("%s over %s is %s", (pattern, path, expected) => {
    expect(createMatcher(pattern)(path)).toBe(expected);
  });

  test("braces nest and multiply", () => {
    expect(expandBraces("{a,b{1,2}}/{x,y}")).toEqual(["a/x", "a/y", "b1/x", "b1/y", "b2/x", "b2/y"]);
  });

  test("an unbalanced brace stands for itself", () => {
    expect(expandBraces("a{b,c")).toEqual(["a{b,c"]);
  });

  test("a search starts before the first wildcard", () => {
    expect(patternBase("/a/b/*/c.rpc")).toBe("/a/b");
    expect(patternBase("/a/b.rpc")).toBe("/a");
  });

  test("plain paths are no patterns", () => {
    expect(["api/users.rpc", "a-b_c.rpc"].some(isPattern)).toBe(false);
    expect(["*.rpc", "a?.rpc", "[a].rpc", "{a,b}.rpc"].every(isPattern)).toBe(true);
  });
});
