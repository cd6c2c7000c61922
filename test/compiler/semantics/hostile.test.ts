import { fc } from "../../property.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkCase } from "./check-text.ts";

const folder = join(import.meta.dirname, "mistakes");
const texts = readdirSync(folder)
  .filter((name) => name.endsWith(".rpc") && !name.startsWith("RPC0334"))
  .map((name) => readFileSync(join(folder, name), "utf8"));

test("schemas with pieces cut out, doubled and exchanged are reported, never thrown at", () => {
  const cut = fc.tuple(
    fc.constantFrom(...texts),
    fc.nat(),
    fc.nat(60),
    fc.constantFrom("", "{", "}", "<", "@", "?", "= 1", "T", "[]"),
  );
  fc.assert(
    fc.property(cut, ([text, at, length, other]) => {
      const start = at % (text.length + 1);
      const { diagnostics } = checkCase(text.slice(0, start) + other + text.slice(start + length));
      for (const { span } of diagnostics) {
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(span.end).toBeLessThanOrEqual(span.file.text.length);
      }
    }),
    { numRuns: 300 },
  );
});

test("a chain of ten thousand messages that hold each other is no cycle and no danger", () => {
  const chain = Array.from({ length: 10_000 }, (_, index) => `message M${index} { next: M${index + 1} = 1; }`);
  expect(checkCase(`${chain.join("\n")}\nmessage M10000 {}`).diagnostics).toEqual([]);
});

test("a chain of ten thousand aliases or constants is refused, not followed", () => {
  const aliases = Array.from({ length: 10_000 }, (_, index) => `type T${index} = T${index + 1};`);
  expect(checkCase(`${aliases.join("\n")}\ntype T10000 = string;`).diagnostics[0]?.code).toBe("RPC0233");
  const constants = Array.from({ length: 10_000 }, (_, index) => `const C${index} = C${index + 1};`);
  expect(checkCase(`${constants.join("\n")}\nconst C10000 = 1;`).diagnostics[0]?.code).toBe("RPC0233");
});

test("generics that double at each step are refused", () => {
  const steps = Array.from({ length: 40 }, (_, index) => `message S${index + 1}<T> { v?: S${index}<Pair<T, T>> = 1; }`);
  const text = `message Pair<A, B> { a: A = 1; b: B = 2; } message S0<T> { v: T = 1; } ${steps.join("\n")} message M { x?: S40<string> = 1; }`;
  expect(checkCase(text).diagnostics.map(({ code }) => code)).toEqual(["RPC0308"]);
});

test("an expression of many parts is refused", () => {
  const text = `message M { a: int32 = 1 @check("${"this > 1 && ".repeat(2000)}true"); b: int32 = 2 @check("${"(".repeat(2000)}"); }`;
  expect(checkCase(text).diagnostics.map(({ code }) => code)).toEqual(["RPC0329", "RPC0329"]);
});

test("names of the prototype are ordinary names", () => {
  const text =
    "message constructor { toString: string = 1; hasOwnProperty: constructor[] = 2; valueOf?: constructor = 3; }";
  expect(checkCase(text).diagnostics).toEqual([]);
});
