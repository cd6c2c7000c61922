import { describe, expect, test } from "vitest";
import {
  broadcast,
  byMethod,
  createRetryBudget,
  failback,
  failfast,
  failover,
  failsafe,
  failtry,
  forking,
  fromSchema,
  hedged,
} from "../../../runtime/governance/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createFleet, type Fleet, type FleetOptions } from "../client/fleet.ts";
import { echoMethod, outcomeOf, unwell } from "./repeatable.ts";

/** Servers of which some fail: each call notes where it came, and fails there when `fails` says so. */
async function fleetThat(
  fails: (index: number, nth: number) => boolean,
  options: Partial<FleetOptions> & { readonly retryAfterMs?: number } = {},
): Promise<Fleet & { readonly seen: number[] }> {
  const { retryAfterMs, ...more } = options;
  const seen: number[] = [];
  const fleet = await createFleet({
    count: 3,
    handlers: (index) => ({
      echo(note) {
        seen.push(index);
        if (fails(index, seen.length)) throw unwell(retryAfterMs);
        return { ...note, count: index };
      },
    }),
    ...more,
  });
  return Object.assign(fleet, { seen });
}

const always = (): boolean => true;
const never = (): boolean => false;

describe("failover", () => {
  test("tries a method that may be repeated elsewhere, never twice at the same place while there is another", async () => {
    await using fleet = await fleetThat((_index, nth) => nth <= 2, { faultMode: failover() });
    const outcome = await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect(new Set(fleet.seen).size).toBe(3);
    expect(outcome).toBe(fleet.seen[2]);
  });

  test("does not repeat what a handler may have done, unless the schema says that it may", async () => {
    await using fleet = await fleetThat(always, { faultMode: failover() });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod({ idempotency: "unknown" })))).toBe("application");
    expect(fleet.seen).toHaveLength(1);
  });

  test.each([
    [0, 1],
    [1, 2],
    [4, 5],
  ])("with %i retries makes %i attempts and no more", async (retries, attempts) => {
    await using fleet = await fleetThat(always, { faultMode: failover({ retries }) });
    await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect(fleet.seen).toHaveLength(attempts);
  });

  test("takes number, codes and waits from the schema where it is not told otherwise", async () => {
    await using fleet = await fleetThat(always, { faultMode: failover() });
    const method = (on: readonly string[]): ReturnType<typeof echoMethod> =>
      echoMethod({ policy: { retry: { max: 1, on: on as never, backoff: { baseMs: 500, maxMs: 500 } } } });
    const begunMs = fleet.environment.now();
    await fleet.run(outcomeOf(fleet.channel, method(["unavailable"])));
    expect(fleet.seen).toHaveLength(2);
    expect(fleet.environment.now() - begunMs).toBeGreaterThan(390);
    await fleet.run(outcomeOf(fleet.channel, method(["internal"])));
    expect(fleet.seen).toHaveLength(3);
  });

  test("waits longer each time, within a fifth of 20, 40, 80 ms", async () => {
    const at: number[] = [];
    await using fleet = await createFleet({
      count: 1,
      faultMode: failover({ retries: 3 }),
      handlers: (_index, environment) => ({
        echo() {
          at.push(environment.now());
          throw unwell();
        },
      }),
    });
    await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    const waits = at.slice(1).map((atMs, index) => atMs - (at[index] as number));
    for (const [index, expected] of [20, 40, 80].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(expected * 0.8);
      expect(waits[index]).toBeLessThanOrEqual(expected * 1.2 + 4);
    }
  });

  test("does as the server says: waits as long as it asks, or does not come back", async () => {
    await using patient = await fleetThat((_index, nth) => nth === 1, { faultMode: failover(), retryAfterMs: 3_000 });
    const begunMs = patient.environment.now();
    expect(await patient.run(outcomeOf(patient.channel, echoMethod()))).toEqual(expect.any(Number));
    expect(patient.environment.now() - begunMs).toBeGreaterThanOrEqual(3_000);
    await using told = await fleetThat(always, { faultMode: failover(), retryAfterMs: Infinity });
    await told.run(outcomeOf(told.channel, echoMethod()));
    expect(told.seen).toHaveLength(1);
  });

  test("begins nothing that the deadline leaves no time for", async () => {
    await using fleet = await fleetThat(always, { faultMode: failover(), retryAfterMs: 3_000 });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod(), {}, { timeoutMs: 2_000 }))).toBe("application");
    expect(fleet.seen).toHaveLength(1);
  });

  test("ends with the caller's signal while it waits", async () => {
    await using fleet = await fleetThat(always, { faultMode: failover(), retryAfterMs: 10_000 });
    const controller = new AbortController();
    const outcome = outcomeOf(fleet.channel, echoMethod(), {}, { signal: controller.signal });
    await fleet.environment.advanceAsync(100);
    controller.abort();
    expect(await fleet.run(outcome)).toBe("cancelled_by_caller");
    expect(fleet.seen).toHaveLength(1);
  });

  test("gives an attempt up that takes too long, and goes elsewhere", async () => {
    const seen: number[] = [];
    await using fleet = await createFleet({
      count: 2,
      faultMode: failover({ attemptTimeoutMs: 100, on: [4] }),
      handlers: (index) => ({
        echo: (note) => (
          seen.push(index),
          seen.length === 1 ? new Promise(() => undefined) : { ...note, count: index }
        ),
      }),
    });
    const begunMs = fleet.environment.now();
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(1 - (seen[0] as number));
    expect(fleet.environment.now() - begunMs).toBeLessThan(200);
  });

  test("adds a fifth to the load when everything fails, however many it may try", async () => {
    await using fleet = await fleetThat(always, {
      faultMode: failover({ retries: 5, budget: { perSecond: 0 }, backoff: { baseMs: 1, maxMs: 1 } }),
    });
    for (let call = 0; call < 200; call++) await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect(fleet.seen.length).toBeGreaterThanOrEqual(235);
    expect(fleet.seen.length).toBeLessThanOrEqual(240);
  });

  test("does not try again for a call that is itself a retry", async () => {
    await using fleet = await fleetThat(always, { faultMode: failover() });
    const parent = { attempt: 1, remainingMs: 1_000, signal: new AbortController().signal };
    await fleet.run(outcomeOf(fleet.channel, echoMethod(), {}, { parent: parent as never }));
    expect(fleet.seen).toHaveLength(1);
  });

  test.each([[{ retries: -1 }], [{ retries: 11 }], [{ attemptTimeoutMs: 0 }], [{ budget: { ratio: 2 } }]])(
    "with %j is refused at once",
    (options) => {
      expect(() => failover(options)).toThrow(RangeError);
    },
  );
});

test("failtry tries again at the same place", async () => {
  await using fleet = await fleetThat((_index, nth) => nth <= 2, { faultMode: failtry() });
  expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(fleet.seen[0]);
  expect(new Set(fleet.seen).size).toBe(1);
});

test("failfast makes one attempt", async () => {
  await using fleet = await fleetThat(always, { faultMode: failfast() });
  await fleet.run(outcomeOf(fleet.channel, echoMethod()));
  expect(fleet.seen).toHaveLength(1);
});

describe("failsafe", () => {
  test("answers with an empty reply, or the one it is given, and tells of the error", async () => {
    const told: string[] = [];
    const onError = (_call: unknown, error: Error): void => void told.push(error.message);
    await using empty = await fleetThat(always, { faultMode: failsafe({ onError }) });
    expect(await empty.run(outcomeOf(empty.channel, echoMethod()))).toBe(0);
    await using given = await fleetThat(always, { faultMode: failsafe({ reply: () => ({ count: 7 }) }) });
    expect(await given.run(outcomeOf(given.channel, echoMethod()))).toBe(7);
    expect(told).toEqual(["not well"]);
  });

  test("does not hide that the caller cancelled", async () => {
    await using fleet = await fleetThat(never, { faultMode: failsafe() });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod(), {}, { signal: AbortSignal.abort() }))).toBe(
      "cancelled_by_caller",
    );
  });
});

describe("failback", () => {
  test("answers at once and tries again later, until it succeeds", async () => {
    const mode = failback({ delayMs: 5_000 });
    await using fleet = await fleetThat((_index, nth) => nth <= 2, { faultMode: mode });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(0);
    expect([fleet.seen.length, mode.queued]).toEqual([1, 1]);
    await fleet.environment.advanceAsync(5_100);
    expect([fleet.seen.length, mode.queued]).toEqual([2, 1]);
    await fleet.environment.advanceAsync(5_100);
    expect([fleet.seen.length, mode.queued]).toEqual([3, 0]);
  });

  test("gives up after so many tries, and says so", async () => {
    const givenUp: string[] = [];
    const mode = failback({ times: 2, onGivenUp: (_call, error) => void givenUp.push(error.message) });
    await using fleet = await fleetThat(always, { faultMode: mode });
    await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    await fleet.environment.advanceAsync(60_000);
    expect([fleet.seen.length, mode.queued, givenUp]).toEqual([3, 0, ["not well"]]);
  });

  test("keeps n calls and fails the next; and never repeats what must not be", async () => {
    const mode = failback({ maxQueued: 2 });
    await using fleet = await fleetThat(always, { faultMode: mode });
    const outcomes: (number | string)[] = [];
    for (let call = 0; call < 3; call++) outcomes.push(await fleet.run(outcomeOf(fleet.channel, echoMethod())));
    expect(outcomes).toEqual([0, 0, "application"]);
    await using careful = await fleetThat(always, { faultMode: failback() });
    expect(await careful.run(outcomeOf(careful.channel, echoMethod({ idempotency: "unknown" })))).toBe("application");
  });
});

describe("forking", () => {
  test("asks two at once and takes the first reply, whoever fails", async () => {
    await using fleet = await fleetThat((_index, nth) => nth === 1, { faultMode: forking() });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(fleet.seen[1]);
    expect(new Set(fleet.seen).size).toBe(2);
  });

  test("fails when all have failed; asks one for a method that must not be repeated", async () => {
    await using fleet = await fleetThat(always, { faultMode: forking({ forks: 3 }) });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe("application");
    expect(fleet.seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
    await fleet.run(outcomeOf(fleet.channel, echoMethod({ idempotency: "unknown" })));
    expect(fleet.seen).toHaveLength(4);
  });
});

describe("broadcast", () => {
  test("reaches every instance once, and fails when one fails", async () => {
    await using fleet = await fleetThat((index) => index === 1, { faultMode: broadcast() });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe("application");
    expect(fleet.seen.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test("may be told how many may fail, and how to make one reply of all", async () => {
    const combine = (replies: readonly unknown[]): unknown => ({ count: replies.length * 10 });
    await using fleet = await fleetThat((index) => index === 1, {
      faultMode: broadcast({ maxFailures: 0.34, combine }),
    });
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(20);
  });
});

describe("hedging", () => {
  /** Servers of which the first that is asked never answers. */
  async function stuck(options: Partial<FleetOptions>): Promise<Fleet & { readonly seen: number[] }> {
    const seen: number[] = [];
    const fleet = await createFleet({
      count: 3,
      handlers: (index) => ({
        echo: (note) => (
          seen.push(index),
          seen.length === 1 ? new Promise(() => undefined) : { ...note, count: index }
        ),
      }),
      ...options,
    });
    return Object.assign(fleet, { seen });
  }

  test("asks another when the first takes too long, and takes its reply", async () => {
    await using fleet = await stuck({ faultMode: hedged({ delayMs: 30 }) });
    const begunMs = fleet.environment.now();
    const outcome = await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect([outcome, fleet.seen.length]).toEqual([fleet.seen[1], 2]);
    expect(fleet.environment.now() - begunMs).toBeLessThan(40);
  });

  test("keeps for each channel what its calls allow: a mode may serve several", async () => {
    const faultMode = hedged({ delayMs: 30 });
    for (let channel = 0; channel < 3; channel++) {
      await using fleet = await stuck({ faultMode });
      expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(fleet.seen[1]);
    }
  });

  test("never makes a second attempt of what must not be repeated", async () => {
    await using fleet = await stuck({ faultMode: hedged({ delayMs: 30 }) });
    const method = echoMethod({ idempotency: "unknown" });
    expect(await fleet.run(outcomeOf(fleet.channel, method, {}, { timeoutMs: 1_000 }))).toBe("deadline_passed");
    expect(fleet.seen).toHaveLength(1);
  });

  test("brings the next attempt at once when one fails", async () => {
    await using fleet = await fleetThat((_index, nth) => nth === 1, { faultMode: hedged({ delayMs: 5_000 }) });
    const begunMs = fleet.environment.now();
    expect(await fleet.run(outcomeOf(fleet.channel, echoMethod()))).toBe(fleet.seen[1]);
    expect(fleet.environment.now() - begunMs).toBeLessThan(50);
  });

  test("cancels the attempt that lost at its server", async () => {
    let aborted = 0;
    const seen: number[] = [];
    await using fleet = await createFleet({
      count: 2,
      faultMode: hedged({ delayMs: 30 }),
      handlers: (index) => ({
        echo(note, { signal }) {
          seen.push(index);
          if (seen.length > 1) return { ...note, count: index };
          return new Promise((_, reject) =>
            signal.addEventListener("abort", () => {
              aborted++;
              reject(new Error("gone"));
            }),
          );
        },
      }),
    });
    await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    await fleet.environment.advanceAsync(10);
    expect(aborted).toBe(1);
  });

  test("tells the balancer of the attempts that lost, so that an instance that stalls is soon left alone", async () => {
    const seen = [0, 0, 0];
    await using fleet = await createFleet({
      count: 3,
      faultMode: hedged({ delayMs: 30, maxExtraLoad: 1, budget: { perSecond: 1_000 } }),
      handlers: (index) => ({
        echo(note) {
          seen[index] = (seen[index] ?? 0) + 1;
          return index === 0 ? new Promise(() => undefined) : { ...note, count: index };
        },
      }),
    });
    for (let call = 0; call < 100; call++) await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[0]).toBeLessThan(10);
  });

  test("asks another later when the budget has no room at first, as soon as other calls have filled it", async () => {
    const seen: number[] = [];
    await using fleet = await createFleet({
      count: 3,
      faultMode: hedged({ delayMs: 30 }),
      handlers: (index) => ({
        echo: (note) => (seen.push(index), seen.length <= 2 ? new Promise(() => undefined) : { ...note, count: index }),
      }),
    });
    const stuck = [0, 1].map(() => outcomeOf(fleet.channel, echoMethod()));
    const first = await fleet.run(Promise.race(stuck));
    expect([typeof first, seen.length]).toEqual(["number", 3]);
    // Each adds a twentieth of an attempt.
    for (let call = 0; call < 20; call++) await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect((await fleet.run(Promise.all(stuck))).map((outcome) => typeof outcome)).toEqual(["number", "number"]);
    expect(seen).toHaveLength(24);
  });

  test("waits as long as nearly all calls take, and adds no more than a twentieth to the load", async () => {
    let asked = 0;
    await using fleet = await createFleet({
      count: 4,
      seed: 7,
      faultMode: hedged({ budget: { perSecond: 1_000 } }),
      handlers: (index, environment) => ({
        echo: (note) =>
          new Promise((resolve) => {
            // One in twelve takes a second, the others 10 ms.
            const delayMs = asked++ % 12 === 11 ? 1_000 : 10;
            environment.setTimer(delayMs, () => resolve({ ...note, count: index }));
          }),
      }),
    });
    for (let call = 0; call < 400; call++) await fleet.run(outcomeOf(fleet.channel, echoMethod()));
    expect(asked - 400).toBeGreaterThan(5);
    expect(asked - 400).toBeLessThanOrEqual(400 * 0.05 + 1);
  });
});

describe("a mode for each method", () => {
  test("is that of the first entry that names it, else what the schema says; and can be changed", async () => {
    await using fleet = await fleetThat(always, {});
    const mode = byMethod([{ method: "lab.v1.Lab/Echo", mode: failsafe() }]);
    await using governed = await fleetThat(always, { faultMode: mode });
    expect(await governed.run(outcomeOf(governed.channel, echoMethod()))).toBe(0);
    mode.configure([]);
    expect(await governed.run(outcomeOf(governed.channel, echoMethod()))).toBe("application");
    expect(governed.seen).toHaveLength(1 + 3);
    expect(() => byMethod([{ method: "*", mode: {} as never }])).toThrow("modes[0].mode is no fault mode");
    expect(fleet.seen).toEqual([]);
  });

  test("from the schema hedges, repeats, or does neither", async () => {
    const attemptsOf = async (more: Parameters<typeof echoMethod>[0]): Promise<number> => {
      await using fleet = await fleetThat(always, { faultMode: fromSchema() });
      await fleet.run(outcomeOf(fleet.channel, echoMethod(more)));
      return fleet.seen.length;
    };
    expect(await attemptsOf({ idempotency: "unknown" })).toBe(1);
    expect(await attemptsOf({})).toBe(3);
    expect(await attemptsOf({ policy: { retry: { max: 0, on: [] } } })).toBe(1);
    expect(await attemptsOf({ policy: { hedge: { max: 1, delayMs: 10 } } })).toBe(2);
  });
});

describe("a retry budget", () => {
  test("has a fifth of the calls of the last 10 s, and what is there per second", () => {
    const environment = createVirtualEnvironment();
    const budget = createRetryBudget(environment, { perSecond: 0.1 });
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
    for (let call = 0; call < 10; call++) budget.deposit();
    expect([budget.withdraw(), budget.withdraw(), budget.withdraw()]).toEqual([true, true, false]);
    environment.advance(11_000);
    expect([budget.balance, budget.withdraw(), budget.withdraw()]).toEqual([1, true, false]);
  });
});
