import { expect, test } from "vitest";
import { describeValue, mustBe } from "../../../runtime/errors/wrong-value.ts";

test.each([
  [undefined, "undefined"],
  [null, "null"],
  [true, "true"],
  [-0.5, "-0.5"],
  [Number.NaN, "NaN"],
  ["5", '"5"'],
  ["a\nb", String.raw`"a\nb"`],
  ["x".repeat(41), "a string of 41 characters"],
  [5n, "bigint 5"],
  [1n << 200n, "bigint of more than 128 bits"],
  [[], "an array"],
  [new Map(), "an object"],
  [Object.create(null), "an object"],
  [() => undefined, "a function"],
  [Symbol("secret"), "a symbol"],
])("a value is described without all that it holds (%#)", (value, text) => {
  expect(describeValue(value)).toBe(text);
});

test("an error says what was found and what is expected", () => {
  expect(mustBe('The option "loud"', "true or false", "yes")).toBe(
    'The option "loud" must be true or false; found "yes".',
  );
});
