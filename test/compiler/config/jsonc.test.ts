import { expect, test } from "vitest";
import { parseJsonc } from "../../../compiler/config/jsonc.ts";

test("comments, trailing commas and a byte order mark are understood", () => {
  const text = '\uFEFF{ // line\n "a": [1, 2, ], /* block, */ "b": "//, ]", }';
  expect(parseJsonc(text)).toEqual({ value: { a: [1, 2], b: "//, ]" } });
});

test("strings are never touched", () => {
  const value = { a: 'quote " and \\ and /* */ and ,]', b: "http://x" };
  expect(parseJsonc(JSON.stringify(value))).toEqual({ value });
});

test("a mistake is a problem, not an exception", () => {
  expect(parseJsonc("{ a: 1 }")).toHaveProperty("problem.reason");
});

test("an unterminated comment does not hide the rest", () => {
  expect(parseJsonc('{ "a": 1 } /* open')).toHaveProperty("problem");
});
