import { expect, test } from "vitest";
import type { Environment } from "../../../runtime/environment/environment.ts";
import { HookClock } from "../../../runtime/interceptor/hook-clock.ts";

function ticking(): { readonly clock: HookClock; readonly readings: () => number } {
  let nowMs = 0;
  const environment = { now: () => ++nowMs } as Environment;
  return { clock: new HookClock(environment), readings: () => nowMs };
}

test("goes on as long as nobody holds it", () => {
  const { clock } = ticking();
  expect([clock.now(), clock.now()]).toEqual([1, 2]);
});

test("held, it is read once, and only when it is asked for", () => {
  const { clock, readings } = ticking();
  clock.hold();
  expect(readings()).toBe(0);
  const { now } = clock;
  expect([now(), now(), readings()]).toEqual([1, 1, 1]);
  clock.release();
  expect(clock.now()).toBe(2);
});

test("held at a time that is known, it is not read at all", () => {
  const { clock, readings } = ticking();
  clock.hold(0.5);
  expect([clock.now(), clock.now(), readings()]).toEqual([0.5, 0.5, 0]);
});

test("held again, it says another time", () => {
  const { clock } = ticking();
  clock.hold(0.5);
  clock.release();
  clock.hold();
  expect(clock.now()).toBe(1);
});
