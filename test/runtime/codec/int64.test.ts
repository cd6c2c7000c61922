import { describe, expect, test } from "vitest";
import { int64FromNumber, int64FromText, numberFromInt64 } from "../../../runtime/codec/int64.ts";

const reader = { fail: (problem: string) => new RangeError(problem) as never };

describe("a 64-bit integer", () => {
  test("comes from numbers that hold it exactly, and from no other", () => {
    expect([0, -1, Number.MAX_SAFE_INTEGER].map((value) => int64FromNumber(value))).toEqual([0n, -1n, 2n ** 53n - 1n]);
    for (const value of [2 ** 53, 1.5, Number.NaN, "5" as unknown as number])
      expect(() => int64FromNumber(value)).toThrow("expected an integer within 2^53");
  });

  test("becomes a number where one holds it exactly", () => {
    expect(numberFromInt64(reader, -(2n ** 53n) + 1n)).toBe(Number.MIN_SAFE_INTEGER);
    for (const value of [2n ** 53n, -(2n ** 53n)])
      expect(() => numberFromInt64(reader, value)).toThrow("an integer lies outside");
  });

  test("comes from plain decimal text, and from no other", () => {
    expect(["0", "-7", "18446744073709551615"].map(int64FromText)).toEqual([0n, -7n, 2n ** 64n - 1n]);
    for (const value of ["", "-0", "+1", "01", "1e3", "0x1", " 1", "1".repeat(21), 5 as unknown as string])
      expect(() => int64FromText(value)).toThrow("expected an integer as a decimal string");
  });
});
