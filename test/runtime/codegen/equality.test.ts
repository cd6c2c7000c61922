import { describe, expect, test } from "vitest";
import { copyList, copyMap, createAny } from "../../../runtime/codegen/copy.ts";
import { equalAny, equalBytes, equalJson, equalLists, equalMaps, equalNumbers, equalOptional, equalTimes } from "../../../runtime/codegen/equality.ts"; // prettier-ignore
import { leftOut } from "../../../runtime/codegen/left-out.ts";

describe("equality", () => {
  test("of numbers takes NaN for NaN", () => {
    expect([equalNumbers(NaN, NaN), equalNumbers(0, -0), equalNumbers(1, 2)]).toEqual([true, true, false]);
  });

  test("of lists and maps takes absent for empty", () => {
    expect(equalLists(undefined, [])).toBe(true);
    expect(equalLists([1], undefined)).toBe(false);
    expect(equalMaps(new Map(), undefined)).toBe(true);
    expect(equalMaps(new Map([["a", undefined]]), new Map([["b", undefined]]))).toBe(false);
  });

  test("of lists and maps compares with the function that is given", () => {
    const same = (a: Date, b: Date): boolean => equalTimes(a, b);
    expect(equalLists([new Date(1)], [new Date(1)], same)).toBe(true);
    expect(equalMaps(new Map([[1, new Date(1)]]), new Map([[1, new Date(2)]]), same)).toBe(false);
  });

  test("of optional values takes absent for absent only", () => {
    expect(equalOptional(undefined, undefined, equalBytes)).toBe(true);
    expect(equalOptional(new Uint8Array(), undefined, equalBytes)).toBe(false);
    expect(equalOptional(new Uint8Array([1]), new Uint8Array([1]), equalBytes)).toBe(true);
  });

  test("of JSON ignores the order of keys, not of items, and own keys only", () => {
    expect(equalJson({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
    expect(equalJson([1, 2], [2, 1])).toBe(false);
    expect(equalJson({ toString: 1 }, { other: 1 })).toBe(false);
    expect(equalJson([], {})).toBe(false);
  });

  test("of deep JSON costs no stack", () => {
    const deep = (): [] => Array.from({ length: 100_000 }).reduce<[]>((inner) => [inner] as unknown as [], []);
    expect(equalJson(deep(), deep())).toBe(true);
  });

  test("of any compares type and bytes", () => {
    expect(equalAny({}, { typeUrl: "", value: new Uint8Array() })).toBe(true);
    expect(equalAny({ typeUrl: "a" }, { typeUrl: "b" })).toBe(false);
  });
});

describe("copies", () => {
  test("are new and completed", () => {
    const list = [1];
    expect(copyList(list)).not.toBe(list);
    expect(copyList(list, String)).toEqual(["1"]);
    expect(copyMap(new Map([["a", 1]]), String)).toEqual(new Map([["a", "1"]]));
    expect([copyList(undefined), copyMap(undefined).size]).toEqual([[], 0]);
    expect(createAny()).toEqual({ typeUrl: "", value: new Uint8Array() });
  });
});

test("a part that was left out says so when it is used", () => {
  expect(leftOut("json")).toThrow(/"json", which was left out; add it to "emit"/);
});
