/** LIMITS.md says what the code does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { outputLimit } from "../../../runtime/compression/decompress.ts";
import { createServer } from "../../../runtime/index.ts";
import { defaultLimits, pageLimits } from "../../../runtime/protocol/limits.ts";
import { defaultServerLimits } from "../../../runtime/server/server-options.ts";
import { maxHttpHeadBytes } from "../../../runtime/transport/sniff.ts";
import { wireLimits } from "../../../runtime/wire/limits.ts";

const document = readFileSync(join(import.meta.dirname, "../../../runtime/LIMITS.md"), "utf8");
const cells = document
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.trim()),
  );
const numbers = (text: string): number[] =>
  [...text.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(",", "")));
const limits = cells.filter((row) => row.length === 6 && row[0]?.startsWith("`"));
const nameOf = ([cell = ""]: readonly string[]): string => cell.slice(1, -1);

test("every limit stands in one row, with its default", () => {
  const rows = limits.map((row) => [nameOf(row), numbers(row[1] ?? "")[0]] as const);
  expect(rows).toHaveLength(new Set(limits.map(nameOf)).size);
  expect(Object.fromEntries(rows)).toEqual({ ...defaultLimits, ...defaultServerLimits });
});

test("those of the small client are marked", () => {
  const marked = limits.filter((row) => row[3] === "•").map(nameOf);
  expect(marked.toSorted()).toEqual(Object.keys(pageLimits).toSorted());
});

test.each(limits.map((row) => [nameOf(row), row[2] ?? ""]))("%s may be %s, and nothing else", (name, range) => {
  const [least = NaN, most = 2 ** 31 - 1] = numbers(range);
  const take = (value: number): unknown => createServer({ limits: { [name]: value } });
  for (const value of [least, most]) expect(() => take(value)).not.toThrow();
  expect(() => take(least - 1)).toThrow(name);
  if (Object.hasOwn(defaultLimits, name)) expect(() => take(most + 1)).toThrow(name);
});

describe("what is fixed", () => {
  const boundsOf = (start: string): number[] => numbers(cells.find(([what]) => what?.startsWith(start))?.[1] ?? "");

  test("is what the code holds to", () => {
    expect(boundsOf("messages in each other")).toEqual([wireLimits.maxDepth]);
    expect(boundsOf("items, entries")).toEqual([wireLimits.maxElements]);
    expect(boundsOf("what n compressed")).toEqual([outputLimit(1, Infinity) - outputLimit(0, Infinity), 65_536]);
    expect(outputLimit(0, Infinity)).toBe(65_536);
    expect(boundsOf("head of an HTTP")).toEqual([maxHttpHeadBytes]);
  });
});
