import { describe, expect, test } from "vitest";
import { outliers, type OutlierOptions } from "../../../runtime/governance/index.ts";
import { fittest } from "../../../runtime/governance/balance/fitness.ts";
import { type BalancerKind, type Endpoint, RpcError } from "../../../runtime/index.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { createFleet, type Fleet } from "../client/fleet.ts";
import { unwell } from "./repeatable.ts";

interface Scene extends Fleet {
  /** Servers that fail, and calls that each was asked. */
  readonly failing: Set<number>;
  readonly asked: number[];
  readonly changes: string[];
}

/** One after the other, so that each gets its calls whatever became of those before. */
const inTurn: BalancerKind = {
  name: "in-turn",
  create() {
    let endpoints: readonly Endpoint[] = [];
    let next = 0;
    return {
      update: (set) => void (endpoints = set),
      pick(_call, tried) {
        const fit = fittest(endpoints, tried);
        return fit[next++ % fit.length];
      },
    };
  },
};

async function scene(count: number, options: OutlierOptions = {}): Promise<Scene> {
  const failing = new Set<number>();
  const asked: number[] = Array.from({ length: count }, () => 0);
  const changes: string[] = [];
  const onChange: OutlierOptions["onChange"] = ({ id }, isEjected) =>
    changes.push(`${id} ${isEjected ? "out" : "back"}`);
  const fleet = await createFleet({
    count,
    connect: "eager",
    balancer: inTurn,
    detectors: [outliers({ ...options, onChange })],
    handlers: (index) => ({
      echo(note) {
        asked[index] = (asked[index] as number) + 1;
        if (failing.has(index)) throw unwell();
        return { ...note, count: index };
      },
    }),
  });
  return Object.assign(fleet, { failing, asked, changes });
}

describe("an instance that fails", () => {
  test("gets no calls after five faults in a row, for 2.5 to 5 s, then one to see", async () => {
    await using world = await scene(10);
    world.failing.add(3);
    await world.calls(500);
    expect([world.asked[3], world.changes]).toEqual([5, ["memory:s3 out"]]);
    await world.environment.advanceAsync(5_000);
    expect(world.changes).toEqual(["memory:s3 out", "memory:s3 back"]);
    await world.calls(500);
    expect(world.asked[3]).toBe(6);
  });

  test("stays out longer each time, and is forgiven once it is well", async () => {
    await using world = await scene(4);
    world.failing.add(0);
    await world.calls(100);
    for (let times = 0; times < 3; times++) {
      await world.environment.advanceAsync(5_000 * 2 ** times);
      await world.calls(100);
    }
    expect(world.asked[0]).toBe(5 + 3);
    world.failing.clear();
    await world.environment.advanceAsync(40_000);
    const before = world.asked[0] as number;
    await world.calls(200);
    expect((world.asked[0] as number) - before).toBeGreaterThan(20);
  });

  test("is ejected below 80 % of successes without five in a row", async () => {
    await using world = await scene(3, { consecutive: 100 });
    world.failing.add(1);
    await world.calls(100);
    expect(world.asked[1]).toBe(5);
  });
});

test("when more than half fail, all of them get calls: the fault is elsewhere", async () => {
  await using world = await scene(10);
  for (let index = 0; index < 6; index++) world.failing.add(index);
  await world.calls(600);
  await world.calls(1_000);
  for (const count of world.asked) expect(count).toBeGreaterThan(20);
});

test("when enough of them are well again, those that still fail are ejected at once, not a window later", async () => {
  await using world = await scene(10);
  for (let index = 0; index < 6; index++) world.failing.add(index);
  await world.calls(600);
  for (let index = 2; index < 6; index++) world.failing.delete(index);
  world.changes.length = 0;
  await world.calls(200);
  expect(world.changes.toSorted()).toEqual(["memory:s0 out", "memory:s1 out"]);
});

test("an instance that leaves while it is ejected gets calls when it is back", () => {
  const environment = createVirtualEnvironment();
  const ejected = new Set<Endpoint>();
  const setEjected = (endpoint: Endpoint, isEjected: boolean): void =>
    void (isEjected ? ejected.add(endpoint) : ejected.delete(endpoint));
  const detector = outliers().create({ environment, setEjected });
  const endpoints = ["a", "b", "c"].map((id) => ({ id }) as unknown as Endpoint);
  detector.update(endpoints);
  for (let call = 0; call < 5; call++) detector.observe(endpoints[0] as Endpoint, { latencyMs: 1, error: unwell() });
  expect(ejected.size).toBe(1);
  detector.update(endpoints.slice(1));
  detector.update(endpoints);
  expect(ejected.size).toBe(0);
  detector.close?.();
});

test("an instance that refuses calls because it is busy is not ejected", async () => {
  const changes: string[] = [];
  await using fleet = await createFleet({
    count: 3,
    balancer: inTurn,
    detectors: [outliers({ onChange: ({ id }) => changes.push(id) })],
    server: {
      interceptors: [
        {
          name: "busy",
          admit() {
            throw new RpcError({ reason: "too_many_calls", message: "busy" });
          },
        },
      ],
    },
  });
  expect(await fleet.calls(30)).toEqual(Array.from({ length: 30 }, () => "too_many_calls"));
  expect(changes).toEqual([]);
});

test("a single instance is never ejected", async () => {
  await using world = await scene(1);
  world.failing.add(0);
  await world.calls(20);
  expect([world.asked, world.changes]).toEqual([[20], []]);
});

test("leaves no timer when the channel closes", async () => {
  const world = await scene(3);
  world.failing.add(0);
  await world.calls(50);
  expect(world.changes).toEqual(["memory:s0 out"]);
  await world[Symbol.asyncDispose]();
  expect(world.environment.pendingTimers).toBe(0);
});

test.each([{ consecutive: 0 }, { minSuccess: 2 }, { maxEjected: -1 }, { baseMs: 0 }])(
  "settings that cannot work are refused: %j",
  (options) => {
    expect(() => outliers(options)).toThrow(RangeError);
  },
);
