import { describe, expect, test } from "vitest";
import { createUnitKeys, type KeyedFile, type UnitKeyOptions, type UnitKeys } from "../../../compiler/emit/unit-key.ts";

const user: KeyedFile = {
  path: "user.rpc",
  text: 'import { Page } from "./page.rpc"; // "\nmessage User { p: Page = 1; }',
  targets: ["page.rpc"],
};
const page: KeyedFile = {
  path: "page.rpc",
  text: 'message Page { /* how many */ size: int32 = 1 @note("a // b"); }',
  targets: ["unit.rpc"],
};
const unit: KeyedFile = { path: "unit.rpc", text: "enum Unit { one = 0; }", targets: ["page.rpc"] };

function keysOf(files: readonly KeyedFile[], options: Partial<UnitKeyOptions> = {}): UnitKeys {
  return createUnitKeys(files, {
    tool: "this",
    templates: ["module"],
    directoryOf: () => "/gen",
    optionsFor: () => ({ importExtension: ".js", enums: "string", version: "1.0.0", emit: ["types"] }),
    known: new Map(),
    ...options,
  });
}

const before = keysOf([user, page, unit]).keyOf("user.rpc");

/** The key of `user.rpc` when the text of a file is another one. */
function keyWith(file: KeyedFile, text: string): string {
  const files = [user, page, unit].map((each) => (each === file ? { ...file, text } : each));
  return keysOf(files).keyOf("user.rpc");
}

describe("the cache key of a schema file", () => {
  test("changes with anything in the file itself, comments too", () => {
    expect(keyWith(user, `${user.text}\n// More.`)).not.toBe(before);
  });

  test("changes with what a file that it imports says, directly or not", () => {
    expect(keyWith(page, page.text.replace("size", "count"))).not.toBe(before);
    expect(keyWith(unit, unit.text.replace("one", "none"))).not.toBe(before);
  });

  test("does not change with comments and layout of files that it imports", () => {
    expect(keyWith(page, page.text.replace("/* how many */", "\n// \"many\"\n/** of 'them' */"))).toBe(before);
  });

  test("changes with what only looks like a comment", () => {
    expect(keyWith(page, page.text.replace("a // b", "a // c"))).not.toBe(before);
  });

  test("changes with where outputs go, how they are written, and by which tool", () => {
    const files = [user, page, unit];
    expect(keysOf(files, { directoryOf: () => "/other" }).keyOf("user.rpc")).not.toBe(before);
    expect(keysOf(files, { templates: [] }).keyOf("user.rpc")).not.toBe(before);
    expect(keysOf(files, { tool: "next" }).keyOf("user.rpc")).not.toBe(before);
  });

  test("changes when a file comes along whose module differs in case only", () => {
    expect(keysOf([user, page, unit, { path: "Page.rpc", text: "", targets: [] }]).keyOf("user.rpc")).not.toBe(before);
  });

  test("is found without reading what is known of a text, as long as it is that text", () => {
    const { text } = keysOf([page]).interfaceOf("page.rpc");
    const known = new Map([["page.rpc", { text, hash: "as it was" }]]);
    expect(keysOf([page], { known }).interfaceOf("page.rpc")).toEqual({ text, hash: "as it was" });
    expect(keysOf([{ ...page, text: "" }], { known }).interfaceOf("page.rpc").hash).not.toBe("as it was");
  });
});
