import { describe, expect, test } from "vitest";
import { RpcError } from "../../../../runtime/index.ts";
import type { Endpoint } from "../../../../runtime/discovery/endpoint.ts";
import { consistentHash } from "../../../../runtime/governance/balance/consistent-hash.ts";
import { hashOf } from "../../../../runtime/governance/balance/hash.ts";
import { leastLoaded } from "../../../../runtime/governance/balance/least-loaded.ts";
import { localityFirst } from "../../../../runtime/governance/balance/locality.ts";
import { p2c } from "../../../../runtime/governance/balance/p2c.ts";
import { random, weightedRandom } from "../../../../runtime/governance/balance/random.ts";
import { roundRobin } from "../../../../runtime/governance/balance/round-robin.ts";
import { sticky } from "../../../../runtime/governance/balance/sticky.ts";
import { warmUp } from "../../../../runtime/governance/balance/warm-up.ts";
import type { Balancer, BalancerKind } from "../../../../runtime/governance/balancer.ts";
import {
  balancerSuite,
  fakeCall,
  fakeEndpoint,
  type FakeEndpoint,
} from "../../../../runtime/testing/suites/balancer-suite.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../../runtime/testing/virtual-environment.ts";

const kinds: readonly (readonly [BalancerKind, boolean])[] = [
  [p2c(), true],
  [roundRobin(), true],
  [random(), false],
  [weightedRandom(), true],
  [leastLoaded(), false],
  [consistentHash(), true],
  [localityFirst({ zone: "eu/eu-1" }), true],
  [warmUp(p2c()), true],
  [sticky(), true],
  [sticky({ inner: roundRobin() }), true],
];

for (const [kind, isWeighted] of kinds) {
  describe(`the balancer ${kind.name}`, () => {
    for (const { name, run } of balancerSuite({ kind, isWeighted })) test(name, run);
  });
}

function fleet(count: number, change: (index: number) => Partial<Endpoint["instance"]> = () => ({})): FakeEndpoint[] {
  return Array.from({ length: count }, (_, index) => fakeEndpoint(index, change(index)));
}

interface Bench {
  readonly environment: VirtualEnvironment;
  readonly balancer: Balancer;
}

function bench(kind: BalancerKind, endpoints: readonly Endpoint[]): Bench {
  const environment = createVirtualEnvironment(3);
  const balancer = kind.create({ environment });
  balancer.update(endpoints);
  return { environment, balancer };
}

const key = (value: unknown): Parameters<Balancer["pick"]>[0] => fakeCall({ key: value }, { hashKey: "key" });

function where(balancer: Balancer, count: number): (string | undefined)[] {
  return Array.from({ length: count }, (_, index) => {
    const endpoint = balancer.pick(key(`user-${index}`), []);
    if (endpoint !== undefined) balancer.done?.(endpoint, { latencyMs: 1, error: undefined });
    return endpoint?.id;
  });
}

describe("round robin", () => {
  test("gives turns in order, and to heavier ones more often but never in a row", () => {
    const endpoints = fleet(3, (index) => ({ weight: index === 0 ? 50 : index === 1 ? 10 : 10 }));
    const { balancer } = bench(roundRobin(), endpoints);
    const ids = where(balancer, 14).map((id) => id?.at(-1));
    expect(ids.slice(0, 7).filter((id) => id === "0")).toHaveLength(5);
    expect(ids.slice(0, 7)).toEqual(ids.slice(7));
    expect(ids.slice(0, 7).join("")).not.toContain("00000");
  });
});

describe("p2c", () => {
  test("keeps away from an endpoint that fails fast", () => {
    const endpoints = fleet(4);
    const { environment, balancer } = bench(p2c(), endpoints);
    let failed = 0;
    const error = new RpcError({ reason: "handler_threw", message: "broken" });
    for (let made = 0; made < 2_000; made++) {
      const endpoint = balancer.pick(fakeCall(), []) as Endpoint;
      const isBroken = endpoint === endpoints[2];
      if (isBroken) failed++;
      balancer.done?.(endpoint, { latencyMs: isBroken ? 0.1 : 5, error: isBroken ? error : undefined });
      environment.advance(5);
    }
    expect(failed).toBeLessThan(40);
  });

  test("keeps away from an endpoint whose calls are cancelled late, and holds an early cancel against nobody", () => {
    const endpoints = fleet(4);
    const { environment, balancer } = bench(p2c(), endpoints);
    const cancelled = new RpcError({ reason: "cancelled_by_caller", message: "another answered" });
    const made = new Map<Endpoint, number>();
    for (let call = 0; call < 1_000; call++) {
      environment.advance(10);
      const endpoint = balancer.pick(fakeCall({}), []);
      if (endpoint === undefined) continue;
      made.set(endpoint, (made.get(endpoint) ?? 0) + 1);
      if (endpoint === endpoints[0]) balancer.done?.(endpoint, { latencyMs: 300, error: cancelled });
      else {
        balancer.done?.(endpoint, { latencyMs: 1, error: call % 2 === 0 ? cancelled : undefined });
        balancer.done?.(endpoint, { latencyMs: 5, error: undefined });
      }
    }
    expect(made.get(endpoints[0] as Endpoint) ?? 0).toBeLessThan(30);
    for (const endpoint of endpoints.slice(1)) expect(made.get(endpoint)).toBeGreaterThan(200);
  });

  test("asks an endpoint that it knows nothing about one call at a time", () => {
    const endpoints = fleet(2);
    const { environment, balancer } = bench(p2c(), endpoints);
    balancer.done?.(endpoints[0] as Endpoint, { latencyMs: 5, error: undefined });
    environment.advance(1);
    (endpoints[1] as FakeEndpoint).callsInProgress = 1;
    expect(new Set(where(balancer, 50))).toEqual(new Set(["e000"]));
  });

  test.each([[0], [-1], [NaN], [4_000_000]])("refuses a decay of %d", (decayMs) => {
    expect(() => p2c({ decayMs })).toThrow(/decayMs is/);
  });
});

describe("consistent hashing", () => {
  test("sends a key to the same endpoint again, whoever asks", () => {
    const endpoints = fleet(10);
    const one = where(bench(consistentHash(), endpoints).balancer, 500);
    expect(where(bench(consistentHash(), endpoints).balancer, 500)).toEqual(one);
    expect(new Set(one).size).toBe(10);
  });

  test.each([[5], [10], [50]])("moves about one in %i keys when one of as many goes, and no other [G11]", (count) => {
    const endpoints = fleet(count);
    const { balancer } = bench(consistentHash({ loadFactor: Infinity }), endpoints);
    const before = where(balancer, 5_000);
    balancer.update(endpoints.slice(1));
    const after = where(balancer, 5_000);
    const moved = before.filter((id, index) => id !== after[index]);
    expect(new Set(moved)).toEqual(new Set(["e000"]));
    expect(moved.length / 5_000).toBeLessThan(1 / count + 0.05);
  });

  test("keeps every endpoint below 1.25 times its share of the calls in progress", () => {
    const endpoints = fleet(5);
    const { balancer } = bench(consistentHash(), endpoints);
    for (let made = 0; made < 100; made++) (balancer.pick(key("hot"), []) as FakeEndpoint).callsInProgress++;
    for (const { callsInProgress } of endpoints) expect(callsInProgress).toBeLessThanOrEqual(Math.ceil(1.25 * 20));
  });

  test("spreads calls without a key", () => {
    const { balancer } = bench(consistentHash(), fleet(3));
    const ids = Array.from({ length: 100 }, () => balancer.pick(fakeCall(), [])?.id);
    expect(new Set(ids).size).toBe(3);
  });

  test("takes its key from the option, or from a field of a message in the request", () => {
    const endpoints = fleet(20);
    const { balancer } = bench(consistentHash({ key: (call) => call.metadata.size }), endpoints);
    expect(new Set(where(balancer, 50)).size).toBe(1);
    const nested = bench(consistentHash(), endpoints).balancer;
    const pick = (id: unknown): string | undefined =>
      nested.pick(fakeCall({ orderRef: { id } }, { hashKey: "order_ref.id" }), [])?.id;
    expect([pick("a"), pick(7n), pick(new Uint8Array([1]))]).toEqual([pick("a"), pick(7n), pick(new Uint8Array([1]))]);
    expect(new Set(["a", "b", "c", "d", "e"].map(pick)).size).toBeGreaterThan(1);
  });

  test("hashes the same everywhere", () => {
    expect(["", "a", "user-1", "grün", 7, 7n, true].map(hashOf)).toEqual(
      ["", "a", "user-1", "grün", "7", "7", "true"].map(hashOf),
    );
    expect(hashOf("user-1")).toBe(2_005_895_916);
    expect(hashOf(new TextEncoder().encode("grün"))).toBe(hashOf("grün"));
  });
});

describe("warm-up", () => {
  test("gives an instance that has just started a tenth of its share, then more in proportion to its age [G9]", () => {
    const environment = createVirtualEnvironment(5);
    const balancer = warmUp(weightedRandom()).create({ environment });
    const startedAtMs = environment.wallClock();
    const old = fleet(9);
    const cold = fakeEndpoint(9, { startedAtMs });
    balancer.update([...old, cold]);
    const shares: number[] = [];
    for (let second = 0; second < 40; second += 5) {
      const ids = where(balancer, 8_000);
      shares.push(ids.filter((id) => id === "e009").length / 8_000);
      environment.advance(5_000);
    }
    const expected = [0.1, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1, 1].map((part) => part / (9 + part));
    for (const [index, share] of shares.entries()) expect(share).toBeCloseTo(expected[index] as number, 1.7);
  });

  test("does not hold back instances of which it does not know the age, nor for ever those whose clock is ahead", () => {
    const environment = createVirtualEnvironment(5);
    const balancer = warmUp(weightedRandom()).create({ environment });
    balancer.update([fakeEndpoint(0), fakeEndpoint(1, { startedAtMs: environment.wallClock() + 3_600_000 })]);
    const share = (): number => where(balancer, 4_000).filter((id) => id === "e001").length / 4_000;
    expect(share()).toBeLessThan(0.15);
    environment.advance(31_000);
    expect(share()).toBeGreaterThan(0.45);
  });

  test.each([
    [{ windowMs: 0 }, /windowMs is 0/],
    [{ floor: 0 }, /floor is 0/],
    [{ floor: 2 }, /floor is 2/],
  ])("refuses %j", (options, message) => {
    expect(() => warmUp(p2c(), options)).toThrow(message);
  });
});

describe("locality", () => {
  const zones = ["eu/eu-1/a", "eu/eu-1/b", "eu/eu-2/a", "us/us-1/a"];

  test("prefers the instances that share most of the zone", () => {
    const endpoints = fleet(8, (index) => ({ zone: zones[index % 4] }));
    const { balancer } = bench(localityFirst({ zone: "eu/eu-1/a" }), endpoints);
    expect(new Set(where(balancer, 200))).toEqual(new Set(["e000", "e004"]));
    const other = bench(localityFirst({ zone: "eu/eu-2/z" }), endpoints).balancer;
    expect(new Set(where(other, 200))).toEqual(new Set(["e002", "e006"]));
  });

  test("spills over in proportion when too few are available", () => {
    const endpoints = fleet(20, (index) => ({ zone: zones[index < 10 ? 0 : 1] }));
    const { balancer } = bench(localityFirst({ zone: "eu/eu-1/a", inner: weightedRandom() }), endpoints);
    const atHome = (): number => where(balancer, 4_000).filter((id) => Number(id?.slice(1)) < 10).length / 4_000;
    for (const endpoint of endpoints.slice(0, 2)) endpoint.isAvailable = false;
    expect(atHome()).toBe(1);
    for (const endpoint of endpoints.slice(0, 5)) endpoint.isAvailable = false;
    expect(atHome()).toBeCloseTo(0.7, 1);
    for (const endpoint of endpoints.slice(0, 10)) endpoint.isAvailable = false;
    expect(atHome()).toBe(0);
  });

  test.each([[{ zone: "" }], [{ zone: "eu", overprovision: 0.5 }]])("refuses %j", (options) => {
    expect(() => localityFirst(options)).toThrow(/needs a zone|overprovision is/);
  });
});

describe("sticky sessions", () => {
  test("stay where they began, also when endpoints come, and move when theirs is not available", () => {
    const endpoints = fleet(6);
    const { balancer } = bench(sticky(), endpoints.slice(1));
    const before = where(balancer, 200);
    balancer.update(endpoints);
    expect(where(balancer, 200)).toEqual(before);
    (endpoints[3] as FakeEndpoint).isAvailable = false;
    const after = where(balancer, 200);
    expect(after.filter((id, index) => id !== before[index])).toHaveLength(before.filter((id) => id === "e003").length);
  });

  test("are forgotten from the one on that was not used for longest", () => {
    const { balancer } = bench(sticky({ maxSessions: 2, inner: roundRobin() }), fleet(3));
    const pick = (name: string): string | undefined => balancer.pick(key(name), [])?.id;
    const first = pick("a");
    pick("b");
    expect(pick("a")).toBe(first);
    pick("c");
    expect(pick("a")).toBe(first);
    expect(pick("b")).not.toBe(undefined);
  });
});
