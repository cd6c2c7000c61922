import { describe, expect, test } from "vitest";
import {
  concurrencyLimit,
  type ConcurrencyLimit,
  type ConcurrencyLimitOptions,
} from "../../../runtime/governance/concurrency-limit/concurrency-limit.ts";
import { gradientLimit, type Limit } from "../../../runtime/governance/concurrency-limit/limit.ts";
import { TurnClock } from "../../../runtime/governance/concurrency-limit/turn-clock.ts";
import { watchOverload } from "../../../runtime/governance/concurrency-limit/overload.ts";
import { RpcError } from "../../../runtime/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createStoppedClock, settle, type StoppedClock } from "../fixture/stopped-clock.ts";
import { createWorld, type World } from "../fixture/world.ts";

/** A meter whose readings the test sets. */
function meter(): {
  utilisation: number;
  delayMs: number;
  read(): { utilisation: number; delayMs: number };
  close(): void;
} {
  return {
    utilisation: 0,
    delayMs: 0,
    read() {
      return { utilisation: this.utilisation, delayMs: this.delayMs };
    },
    close() {},
  };
}

interface Scene extends World {
  readonly clock: StoppedClock;
  readonly limit: ConcurrencyLimit;
  readonly load: ReturnType<typeof meter>;
  /** Names of calls whose handlers run, in the order in which they began. */
  readonly begun: string[];
  /** Lets the handler of a call come to its end. */
  release(name: string): Promise<void>;
  /** Makes a call by this name; its outcome is noted under it. */
  call(name: string, timeoutMs?: number): void;
  readonly outcomes: Record<string, string>;
}

async function scene(options: ConcurrencyLimitOptions): Promise<Scene> {
  const clock = createStoppedClock();
  const load = meter();
  const limit = concurrencyLimit({ load: () => load, ...options });
  const begun: string[] = [];
  const waiting = new Map<string, () => void>();
  const world = await createWorld({
    server: { environment: clock, plugins: [limit] },
    client: { environment: clock },
    handlers: {
      echo: (note) =>
        new Promise((resolve) => {
          begun.push(note.text);
          waiting.set(note.text, () => resolve(note));
        }),
    },
  });
  const outcomes: Record<string, string> = {};
  await world.lab.ping();
  return {
    ...world,
    clock,
    load,
    limit,
    begun,
    outcomes,
    async release(name) {
      waiting.get(name)?.();
      await settle();
    },
    async [Symbol.asyncDispose]() {
      limit.configure({ limit: 1_000, load: () => load });
      const closing = world[Symbol.asyncDispose]();
      for (let turns = 0; turns < 3; turns++) {
        await settle();
        for (const end of waiting.values()) end();
        await clock.advance(10_000);
      }
      await closing;
    },
    call(name, timeoutMs = 10_000) {
      void world.lab.echo({ text: name }, { timeoutMs }).then(
        () => void (outcomes[name] = "ok"),
        (error: RpcError) => void (outcomes[name] = error.reason),
      );
    },
  };
}

describe("a fixed limit", () => {
  test("runs n calls, lets n + 1 wait, and runs it when one has ended", async () => {
    await using world = await scene({ limit: 2 });
    for (const name of ["a", "b", "c"]) world.call(name);
    await settle();
    expect([world.begun, world.limit.state]).toMatchObject([["a", "b"], { inFlight: 2, waiting: 1, limit: 2 }]);
    await world.release("a");
    expect([world.begun, world.outcomes]).toEqual([["a", "b", "c"], { a: "ok" }]);
    expect(world.limit.state).toMatchObject({ inFlight: 2, waiting: 0 });
  });

  test("refuses what is one more than may wait, with a time to come back", async () => {
    await using world = await scene({ limit: 1, maxWaiting: 1 });
    for (const name of ["a", "b", "c"]) world.call(name);
    await settle();
    expect([world.begun, world.outcomes]).toEqual([["a"], { c: "too_many_calls" }]);
    expect(world.limit.state.refused).toEqual({ full: 1, late: 0, shed: 0 });
  });

  test("gives the place of a call whose deadline passed to the next, without running it", async () => {
    await using world = await scene({ limit: 1 });
    world.call("a");
    world.call("late", 100);
    world.call("b");
    await settle();
    await world.clock.advance(200);
    expect(world.outcomes).toEqual({ late: "deadline_passed" });
    await world.release("a");
    expect([world.begun, world.limit.state.waiting]).toEqual([["a", "b"], 0]);
  });

  test("counts a call until its handler has ended, also when its caller has gone", async () => {
    await using world = await scene({ limit: 1 });
    world.call("a", 100);
    await settle();
    await world.clock.advance(200);
    world.call("b");
    await settle();
    expect([world.outcomes, world.begun]).toEqual([{ a: "deadline_passed" }, ["a"]]);
    await world.release("a");
    expect(world.begun).toEqual(["a", "b"]);
  });

  test("lets calls that wait in at once when it is raised", async () => {
    await using world = await scene({ limit: 1 });
    for (const name of ["a", "b", "c"]) world.call(name);
    await settle();
    world.limit.configure({ limit: 3, load: () => world.load });
    await settle();
    expect(world.begun).toEqual(["a", "b", "c"]);
  });
});

test("calls of an overloaded process get their turn in the opposite order, and the oldest give way", async () => {
  await using world = await scene({ limit: 1, maxWaiting: 2 });
  world.load.utilisation = 1;
  await world.clock.advance(200);
  for (const name of ["a", "b", "c", "d"]) world.call(name);
  await settle();
  expect(world.outcomes).toEqual({ b: "too_many_calls" });
  await world.release("a");
  await world.release("d");
  expect(world.begun).toEqual(["a", "d", "c"]);
});

test("a share of the calls is shed while the loop is late, and none any more some time after", async () => {
  await using world = await scene({});
  world.load.utilisation = 1;
  world.load.delayMs = 500;
  await world.clock.advance(1_000);
  const shed = (): number => world.limit.state.refused.shed;
  for (let index = 0; index < 200; index++) await world.lab.ping().catch(() => undefined);
  expect(shed()).toBeGreaterThan(150);
  Object.assign(world.load, { utilisation: 0.5, delayMs: 1 });
  await world.clock.advance(10_000);
  const before = shed();
  for (let index = 0; index < 200; index++) await world.lab.ping();
  expect([shed() - before, world.limit.state.shedShare]).toEqual([0, 0]);
});

test("what comes after a long computation in the same turn is refused, the important later; the next turn begins anew", async () => {
  let nowMs = 0;
  const turns: (() => void)[] = [];
  const environment = {
    ...createStoppedClock(),
    now: () => nowMs,
    yieldTurn: (action: () => void) => void turns.push(action),
  };
  const clock = new TurnClock(environment);
  expect(clock.ageMs()).toBe(0);
  nowMs = 60;
  expect(clock.ageMs()).toBe(60);
  expect(turns).toHaveLength(1);
  turns.pop()?.();
  expect(clock.ageMs()).toBe(0);

  const computing = createStoppedClock();
  const limit = concurrencyLimit({ load: meter });
  const outcomes: string[] = [];
  await using world = await createWorld({
    server: { environment: { ...computing, now: () => nowMs }, plugins: [limit] },
    handlers: {
      echo(note) {
        // As if it computed for so long.
        nowMs += 20;
        return note;
      },
    },
  });
  await world.lab.ping();
  const calls = Array.from({ length: 6 }, () =>
    world.lab.echo({ text: "" }).then(
      () => outcomes.push("done"),
      (error: unknown) => outcomes.push(RpcError.from(error).reason),
    ),
  );
  await Promise.all(calls);
  expect(outcomes.toSorted()).toEqual(["done", "done", "done", "too_many_calls", "too_many_calls", "too_many_calls"]);
  expect(limit.state.refused.shed).toBe(3);
  await world.lab.echo({ text: "" });
});

describe("the gradient", () => {
  function feed(limit: Limit, durationMs: number, count: number, isOverloaded: boolean): number {
    for (let index = 0; index < count; index++) {
      limit.observe({ durationMs, inFlight: limit.value, wasDropped: false }, isOverloaded);
    }
    return limit.value;
  }

  test("rises while calls take as long as ever, up to its maximum", () => {
    expect(feed(gradientLimit({ max: 50 }), 10, 1_000, true)).toBe(50);
  });

  test("falls when calls take longer and the process is overloaded, down to its minimum", () => {
    const limit = gradientLimit({ initial: 200, min: 5 });
    feed(limit, 10, 50, true);
    const before = limit.value;
    expect(feed(limit, 100, 20, true)).toBeLessThan(before / 2);
    expect(feed(limit, 1e9, 5, true)).toBeGreaterThanOrEqual(5);
  });

  test("does not fall for calls that are slow while the process has time", () => {
    const limit = gradientLimit({ initial: 200 });
    feed(limit, 10, 50, false);
    const before = limit.value;
    expect(feed(limit, 1_000, 50, false)).toBeGreaterThanOrEqual(before);
  });

  test("learns nothing from a server that is not busy", () => {
    const limit = gradientLimit({ initial: 100 });
    for (let index = 0; index < 100; index++) limit.observe({ durationMs: 10, inFlight: 1, wasDropped: false }, false);
    expect(limit.value).toBe(100);
  });

  test("takes calls that were given up for slow ones", () => {
    const limit = gradientLimit({ initial: 100, min: 1 });
    for (let index = 0; index < 10; index++) limit.observe({ durationMs: 10, inFlight: 1, wasDropped: true }, true);
    expect(limit.value).toBeLessThan(60);
  });

  test.each([{ min: 0 }, { min: 10, max: 5, initial: 7 }, { initial: 1 }, { smoothing: 0 }, { tolerance: 0.5 }])(
    "with %j is refused",
    (options) => {
      expect(() => gradientLimit(options)).toThrow(RangeError);
    },
  );
});

test("being late alone does not shed: a pause of the garbage collector is no overload", () => {
  const environment = createVirtualEnvironment();
  const load = Object.assign(meter(), { utilisation: 0.2, delayMs: 200 });
  const overload = watchOverload({ environment, meter: load, maxUtilisation: 0.9, maxDelayMs: 50, intervalMs: 100 });
  environment.advance(1_000);
  expect([overload.isOverloaded, overload.shedShare]).toEqual([true, 0]);
  overload.close();
  expect(environment.pendingTimers).toBe(0);
});

test.each([
  [{ maxWaiting: -1 }, 'The option "maxWaiting" is -1; expected a whole number, 0 or more.'],
  [{ maxUtilisation: 2 }, 'The option "maxUtilisation" is 2; expected above 0 up to 1.'],
  [{ maxDelayMs: 0 }, 'The option "maxDelayMs" is 0; expected above 0.'],
  [{ limit: 0 }, "A limit of calls is 0; expected a whole number above 0."],
])("settings that cannot work are refused: %j", (options, message) => {
  expect(() => concurrencyLimit(options)).toThrow(message);
});
