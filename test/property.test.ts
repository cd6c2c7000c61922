import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fc, readSeed, seed } from "./property.ts";

test("a property that fails prints the seed of all tests and the path to the input", () => {
  const fails = fc.property(fc.nat(), (value) => value < 100);
  expect(() => fc.assert(fails)).toThrow(new RegExp(`seed: ${seed}, path: "[\\d:]+"`, "u"));
});

test("the same inputs come again", () => {
  expect(fc.sample(fc.string(), 50)).toEqual(fc.sample(fc.string(), 50));
});

test.each(["7", "-7", "999999999"])("SEED=%s is read", (text) => {
  expect(readSeed(text)).toBe(Number(text));
});

test.each(["", "a", "1.5", "1e3", "1234567890"])("SEED=%s is refused", (text) => {
  expect(() => readSeed(text)).toThrow("SEED has to be a whole number");
});

/** Ports, and load that lasts an hour, may be of any numbers; what tests build is not theirs. */
const mayDraw =
  /(?:^|\/)\.|^(?:bench|soak|architecture)\b|\bnode_modules\b|\/real-server\.ts$|\/node-websocket\.ts$|^property\./u;

test("no test draws its inputs from anywhere else", () => {
  const others =
    /from "fast-check"|\bMath\.random\(|\bgetRandomValues\(|\brandom(?:Bytes|Int|UUID)\b[^;]*from "node:crypto"/u;
  const paths = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.(?:ts|mjs)$/u.test(path) && !mayDraw.test(path),
  );
  const found = paths.filter((path) => others.test(readFileSync(join(import.meta.dirname, path), "utf8")));
  expect(found).toEqual([]);
  expect(paths.length).toBeGreaterThan(100);
});
