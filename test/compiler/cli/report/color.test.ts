import { expect, test } from "vitest";
import { createPainter, wantsColor } from "../../../../compiler/cli/report/color.ts";

test("colours are for terminals, unless the environment or a flag says otherwise", () => {
  expect(wantsColor({ environment: {}, isTerminal: true })).toBe(true);
  expect(wantsColor({ environment: {}, isTerminal: false })).toBe(false);
  expect(wantsColor({ environment: { TERM: "dumb" }, isTerminal: true })).toBe(false);
  expect(wantsColor({ environment: { NO_COLOR: "1", FORCE_COLOR: "1" }, isTerminal: true })).toBe(false);
  expect(wantsColor({ environment: { FORCE_COLOR: "1" }, isTerminal: false })).toBe(true);
  expect(wantsColor({ environment: { FORCE_COLOR: "0" }, isTerminal: true })).toBe(false);
  expect(wantsColor({ flag: "always", environment: { NO_COLOR: "1" }, isTerminal: false })).toBe(true);
  expect(wantsColor({ flag: "never", environment: { FORCE_COLOR: "1" }, isTerminal: true })).toBe(false);
});

test("a painter leaves an empty text alone", () => expect(createPainter(true).error("")).toBe(""));
