import { expect, test } from "vitest";
import { TimerWheel, wheelOf, type WheelEntry } from "../../../runtime/environment/timer-wheel.ts";
import { createRandom, createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

function entry(deadlineMs: number, onDeadline: () => void): WheelEntry {
  return { deadlineMs, onDeadline, wheelNext: undefined, wheelPrevious: undefined, wheelBucket: -1 };
}

test("thousands of entries fire exactly at their deadlines, in order, once", () => {
  const environment = createVirtualEnvironment();
  const random = createRandom(5);
  const wheel = new TimerWheel(environment);
  const fired: [due: number, at: number][] = [];
  for (let count = 0; count < 3_000; count++) {
    const deadlineMs = environment.now() + Math.floor(random() ** 3 * 60_000) + random();
    wheel.add(entry(deadlineMs, () => fired.push([deadlineMs, environment.now()])));
  }
  environment.advance(61_000);
  expect(fired).toHaveLength(3_000);
  for (const [due, at] of fired) expect(at - due).toBeCloseTo(0, 6);
  expect([wheel.size, environment.pendingTimers]).toEqual([0, 0]);
});

test("a removed entry does not fire, removing twice does nothing", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  let fired = 0;
  const entries = Array.from({ length: 10 }, (_, index) => entry(environment.now() + index, () => void fired++));
  for (const one of entries) wheel.add(one);
  for (const one of entries.slice(0, 9)) wheel.remove(one);
  wheel.remove(entries[0] as WheelEntry);
  environment.advance(100);
  expect([fired, wheel.size]).toEqual([1, 0]);
});

test("an entry whose deadline has passed fires in a later turn", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  let fired = 0;
  wheel.add(entry(environment.now() - 5_000, () => void fired++));
  expect(fired).toBe(0);
  environment.advance(0);
  expect(fired).toBe(1);
});

test("an infinite deadline is none", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  wheel.add(entry(Infinity, () => undefined));
  expect([wheel.size, environment.pendingTimers]).toEqual([0, 0]);
});

test("entries may be added and removed while others fire", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  const seen: string[] = [];
  const late = entry(environment.now() + 10, () => seen.push("late"));
  wheel.add(
    entry(environment.now() + 5, () => {
      seen.push("first");
      wheel.remove(late);
      wheel.add(entry(environment.now() + 5, () => seen.push("second")));
    }),
  );
  wheel.add(late);
  environment.advance(100);
  expect(seen).toEqual(["first", "second"]);
});

test("a wheel that was quiet for long works on", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  const seen: number[] = [];
  wheel.add(entry(environment.now() + 1, () => seen.push(1)));
  environment.advance(1_000_000);
  wheel.add(entry(environment.now() + 7, () => seen.push(2)));
  environment.advance(7);
  expect(seen).toEqual([1, 2]);
});

test("all who have an environment have one wheel and one timer", () => {
  const [environment, other] = [createVirtualEnvironment(), createVirtualEnvironment()];
  const wheel = wheelOf(environment);
  expect(wheelOf(environment)).toBe(wheel);
  expect(wheelOf(other)).not.toBe(wheel);
  const fired: string[] = [];
  wheelOf(environment).add(entry(environment.now() + 20, () => fired.push("one")));
  wheelOf(environment).add(entry(environment.now() + 30, () => fired.push("another")));
  expect(environment.pendingTimers).toBe(1);
  environment.advance(30);
  expect(fired).toEqual(["one", "another"]);
});

test("a wheel at rest has no timer, and goes on with what is in it", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  const fired: string[] = [];
  const [first, second] = ["first", "second"].map((name, index) =>
    entry(environment.now() + 1_000 * (index + 1), () => fired.push(name)),
  ) as [WheelEntry, WheelEntry];
  wheel.add(first);
  wheel.add(second);
  wheel.rest();
  wheel.remove(first);
  wheel.rest();
  environment.advance(2_000);
  expect(fired).toEqual(["second"]);
  wheel.add(first);
  wheel.remove(first);
  wheel.rest();
  expect(environment.pendingTimers).toBe(0);
  wheel.add(entry(environment.now() + 5_000, () => fired.push("third")));
  environment.advance(5_000);
  expect(fired).toEqual(["second", "third"]);
});

test("an entry that throws does not keep the others", () => {
  const environment = createVirtualEnvironment();
  const wheel = new TimerWheel(environment);
  const fired: string[] = [];
  const plant = (deadlineMs: number, action: () => unknown): void => wheel.add(entry(deadlineMs, () => void action()));
  // All three are due at once.
  plant(environment.now() - 3, () => fired.push("before"));
  plant(environment.now() - 2, () => {
    throw new Error("planted");
  });
  plant(environment.now() - 1, () => fired.push("after"));
  expect(() => environment.advance(0)).toThrow("planted");
  environment.advance(0);
  expect(fired).toEqual(["before", "after"]);
});
