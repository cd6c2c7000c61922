import { expect, test } from "vitest";
import { createLimits, defaultLimits, type Limits } from "../../../runtime/protocol/limits.ts";

test("the defaults are frozen, whole and not negative", () => {
  expect(Object.isFrozen(defaultLimits)).toBe(true);
  for (const value of Object.values(defaultLimits)) expect(Number.isInteger(value) && value >= 0).toBe(true);
});

test("changes are laid over the defaults, undefined changes nothing", () => {
  const limits = createLimits({ maxCalls: 5, idleMs: undefined } as unknown as Partial<Limits>);
  expect(limits).toEqual({ ...defaultLimits, maxCalls: 5 });
  expect(Object.isFrozen(limits)).toBe(true);
  expect(createLimits()).toEqual(defaultLimits);
});

test.each([
  [{ maxFrameBytes: 65_535 }, "maxFrameBytes must be a whole number from 65536"],
  [{ maxCalls: 0 }, "from 1 to 65535; found 0"],
  [{ maxCalls: 65_536 }, "found 65536"],
  [{ keepaliveMs: 1.5 }, "found 1.5"],
  [{ keepaliveMs: -1 }, "from 0"],
  [{ keepaliveMs: Number.NaN }, "found NaN"],
  [{ slowPeerMs: "5" as unknown as number }, "slowPeerMs"],
])("%o is refused", (changes, text) => {
  expect(() => createLimits(changes)).toThrow(text);
  expect(() => createLimits(changes)).toThrow(RangeError);
});

test("a name that is no limit is refused with the names that are", () => {
  expect(() => createLimits({ maxCall: 5 } as Partial<Limits>)).toThrow(/"maxCall" is not a limit.*maxCalls/);
});
