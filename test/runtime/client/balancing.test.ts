import { describe, expect, test } from "vitest";
import { consistentHash, p2c, roundRobin, routing } from "../../../runtime/governance/index.ts";
import type { BalancerKind } from "../../../runtime/governance/balancer.ts";
import { createScriptedRegistry } from "../fixture/scripted-registry.ts";
import { createFleet, instanceOf } from "./fleet.ts";

const service = "lab.v1.Lab";

interface Load {
  /** Part of the calls that the slow server got. */
  readonly slowShare: number;
  readonly p99Ms: number;
}

/** Ten servers that take 5 ms, one of them ten times as long, under 1,000 calls a second for `seconds`, in virtual time. */
async function underLoad(balancer: BalancerKind, seconds: number): Promise<Load> {
  const perTick = 1;
  await using fleet = await createFleet({
    count: 10,
    seed: 11,
    balancer,
    connect: "eager",
    handlers: (index, environment) => ({
      quick: (note) =>
        new Promise((resolve) => {
          environment.setTimer(index === 7 ? 50 : 5, () => resolve({ ...note, count: index }));
        }),
    }),
  });
  const latenciesMs: number[] = [];
  let slow = 0;
  const calls: Promise<void>[] = [];
  for (let tick = 0; tick < seconds * 1_000; tick++) {
    for (let made = 0; made < perTick; made++) {
      const startedMs = fleet.environment.now();
      const done = fleet.lab.quick({}, { timeoutMs: 10_000 }).then(({ count }) => {
        if (count === 7) slow++;
        latenciesMs.push(fleet.environment.now() - startedMs);
      });
      calls.push(done);
    }
    await fleet.environment.advanceAsync(1);
  }
  await fleet.run(Promise.all(calls));
  latenciesMs.sort((left, right) => left - right);
  return { slowShare: slow / calls.length, p99Ms: latenciesMs[Math.floor(latenciesMs.length * 0.99)] as number };
}

describe("one slow server of ten [G1]", () => {
  test("gets less than 2 % of the calls by peak EWMA, whose slowest percent is faster than that of round robin", async () => {
    const byLatency = await underLoad(p2c(), 4);
    const inTurn = await underLoad(roundRobin(), 4);
    expect(byLatency.slowShare).toBeLessThan(0.02);
    expect(inTurn.slowShare).toBeCloseTo(0.1, 2);
    expect(byLatency.p99Ms).toBeLessThan(inTurn.p99Ms / 2);
  });
});

describe("a channel with routes", () => {
  test("sends calls where its rules say, and changes them while calls run", async () => {
    const registry = createScriptedRegistry();
    registry.set(
      service,
      [0, 1, 2, 3].map((index) => instanceOf(index, { version: index < 2 ? "1.0.0" : "2.0.0" })),
    );
    const router = routing([{ to: { version: "1.x" } }]);
    await using fleet = await createFleet({ count: 4, target: `test:///${service}`, resolvers: [registry], router });
    expect(new Set(await fleet.calls(60))).toEqual(new Set([0, 1]));
    router.update([{ to: { version: "2.x" } }]);
    expect(new Set(await fleet.calls(60))).toEqual(new Set([2, 3]));
    router.update([{ to: { version: "3.x" }, otherwise: "fail" }]);
    expect(await fleet.calls(1)).toEqual(["connect_failed"]);
  });
});

describe("a channel with consistent hashing", () => {
  test("sends calls with the same key to the same server", async () => {
    const balancer = consistentHash({ key: (call) => call.metadata.get("user") });
    await using fleet = await createFleet({ count: 5, balancer });
    const ask = async (user: string): Promise<number> =>
      (await fleet.run(fleet.lab.echo({}, { metadata: { user } }))).count;
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const first: number[] = [];
    for (const user of users) first.push(await ask(user));
    const second: number[] = [];
    for (const user of users) second.push(await ask(user));
    expect(second).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(2);
  });
});
