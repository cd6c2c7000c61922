import { describe, expect, test } from "vitest";
import { createMemoryHost } from "../../../compiler/source/host.ts";
import { createSourceFile, positionAt } from "../../../compiler/source/source-file.ts";

describe("a source file", () => {
  test("has no byte order mark", () => expect(createSourceFile("a", "\ufeffmessage").text).toBe("message"));

  test("starts a line behind each kind of line end", () => {
    expect(createSourceFile("a", "a\nb\r\nc\rd").lineStarts).toEqual([0, 2, 5, 7]);
  });

  test("knows line and column of an offset", () => {
    const file = createSourceFile("a", "ab\r\ncd\n");
    expect(positionAt(file, 0)).toEqual({ line: 1, column: 1 });
    expect(positionAt(file, 5)).toEqual({ line: 2, column: 2 });
    expect(positionAt(file, 7)).toEqual({ line: 3, column: 1 });
  });

  test("gives its end for an offset behind the end", () => {
    expect(positionAt(createSourceFile("a", "ab"), 99)).toEqual({ line: 1, column: 3 });
  });
});

describe("a memory host", () => {
  const host = createMemoryHost({ "/a/b.rpc": "x" });
  test("reads what it was given and nothing else", () => {
    expect(host.readFile("/a/b.rpc")).toBe("x");
    expect(host.readFile("/a")).toBeUndefined();
    expect(host.realPath("/a/b.rpc")).toBe("/a/b.rpc");
    expect(host.realPath("/c")).toBeUndefined();
  });
  test("has the directories of its files", () => {
    expect(host.isDirectory("/a")).toBe(true);
    expect(host.isDirectory("/a/")).toBe(true);
    expect(host.isDirectory("/a/b")).toBe(false);
  });
});
