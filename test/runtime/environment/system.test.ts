import { expect, test } from "vitest";
import { systemEnvironment } from "../../../runtime/environment/system.ts";

test("the clock never goes back", () => {
  const before = systemEnvironment.now();
  expect(systemEnvironment.now()).toBeGreaterThanOrEqual(before);
  expect(systemEnvironment.wallClock()).toBeGreaterThan(1_700_000_000_000);
});

test("a timer fires once; a cancelled one does not, and may be cancelled again", async () => {
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    const cancelled = systemEnvironment.setTimer(0, () => seen.push("cancelled"));
    cancelled.cancel();
    cancelled.cancel();
    const timer = systemEnvironment.setTimer(1, () => {
      seen.push("fired");
      systemEnvironment.setTimer(0, resolve);
    });
    timer.unref();
    timer.ref();
  });
  expect(seen).toEqual(["fired"]);
});

test("what is deferred runs before what waits for another turn", async () => {
  const seen: string[] = [];
  await new Promise<void>((resolve) => {
    systemEnvironment.yieldTurn(() => {
      seen.push("turn");
      resolve();
    });
    systemEnvironment.defer(() => seen.push("deferred"));
    seen.push("now");
  });
  expect(seen).toEqual(["now", "deferred", "turn"]);
});

test("lots are drawn from 0 to 1, bytes as many as asked for", () => {
  const lot = systemEnvironment.random();
  expect(lot >= 0 && lot < 1).toBe(true);
  expect(systemEnvironment.randomBytes(16)).toHaveLength(16);
});
