import { expect, test } from "vitest";
import { PingPolicy } from "../../../runtime/connection/ping-policy.ts";
import { createLimits } from "../../../runtime/protocol/limits.ts";

const limits = createLimits({ minPingIntervalMs: 10, minIdlePingIntervalMs: 100, pingStrikes: 2 });

test("lets two pings come too early, not a third", () => {
  const policy = new PingPolicy(limits);
  expect([0, 9, 18, 27].map((nowMs) => policy.accept(nowMs, true))).toEqual([true, true, true, false]);
});

test("forgets what was early once a ping keeps its distance", () => {
  const policy = new PingPolicy(limits);
  expect([0, 9, 18, 28, 37, 46].map((nowMs) => policy.accept(nowMs, true))).toEqual([
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(policy.accept(55, true)).toBe(false);
});

test("asks for a greater distance while no call runs", () => {
  const policy = new PingPolicy(limits);
  expect([0, 50, 100].map((nowMs) => policy.accept(nowMs, false))).toEqual([true, true, true]);
  expect(policy.accept(199, false)).toBe(false);
  expect(policy.accept(299, false)).toBe(true);
});
