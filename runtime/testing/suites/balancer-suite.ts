import assert from "node:assert/strict";
import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Balancer, BalancerKind } from "../../governance/balancer.ts";
import type { RoutedCall } from "../../governance/routed-call.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../virtual-environment.ts";
import type { SuiteCase } from "./suite.ts";

/** What the suite needs to know about a way of balancing. */
export interface BalancerSuiteOptions {
  readonly kind: BalancerKind;
  /** Calls go to endpoints in proportion to their weights, when nothing is known about them. Default: true. */
  readonly isWeighted?: boolean | undefined;
}

/** An endpoint for tests, with everything settable. */
export interface FakeEndpoint extends Endpoint {
  instance: Endpoint["instance"];
  weight: number;
  callsInProgress: number;
  isAvailable: boolean;
}

/** An endpoint `e<index>` of weight 100 that is available and has no calls. */
export function fakeEndpoint(index: number, change: Partial<Endpoint["instance"]> = {}): FakeEndpoint {
  const id = `e${String(index).padStart(3, "0")}`;
  const address = `memory:${id}`;
  const labels = {};
  const instance = { id, service: "test.v1.Test", address, weight: 100, status: "up" as const, labels, ...change };
  return { id, address, instance, weight: instance.weight, callsInProgress: 0, isAvailable: true };
}

/** A call for tests: of a unary method without a policy, unless told otherwise. */
export function fakeCall(message: unknown = {}, policy: RoutedCall["method"]["policy"] = {}): RoutedCall {
  const slots = new Map<unknown, unknown>();
  return {
    method: { name: "get", kind: "unary", policy } as RoutedCall["method"],
    metadata: new Map() as unknown as RoutedCall["metadata"],
    signal: new AbortController().signal,
    remainingMs: Infinity,
    startedMs: 0,
    attempt: 0,
    attempts: 1,
    endpoint: undefined,
    parent: undefined,
    trace: undefined,
    bytesSent: 0,
    bytesReceived: 0,
    setTrace: () => undefined,
    watchReply: () => undefined,
    message,
    get: (slot) => slots.get(slot) as never,
    set: (slot, value) => void slots.set(slot, value),
    setMetadata: () => undefined,
  };
}

interface Bench {
  readonly environment: VirtualEnvironment;
  readonly balancer: Balancer;
  /** One call that takes `latencyMs` of no time at all. */
  call(tried?: readonly Endpoint[], message?: unknown): Endpoint | undefined;
}

const calls = 2_000;

/** The contract of {@link Balancer} as tests, for any implementation. */
export function balancerSuite({ kind, isWeighted = true }: BalancerSuiteOptions): readonly SuiteCase[] {
  const withBench = (name: string, body: (bench: Bench) => void): SuiteCase => ({
    name,
    run: () => {
      body(createBench(kind));
      return Promise.resolve();
    },
  });
  return [
    withBench("nothing is chosen before there is anything, and from an empty set", chooseNothing),
    withBench("every endpoint of the set is chosen, and no other", chooseAll),
    withBench("an endpoint that is not available is passed over", passOver),
    withBench("without an available one any is chosen", chooseAnyway),
    withBench("an endpoint that was tried comes last", triedLast),
    withBench("the only one is chosen although it was tried", onlyOne),
    withBench("who left the set is not chosen, and its calls may still end", leave),
    withBench("who comes into the set is chosen", come),
    ...(isWeighted ? [withBench("weights are shares of the calls", weigh)] : []),
    withBench("calls that never end, fail or are cancelled do no harm", survive),
  ];
}

function createBench(kind: BalancerKind): Bench {
  const environment = createVirtualEnvironment(7);
  const balancer = kind.create({ environment });
  let count = 0;
  return {
    environment,
    balancer,
    call(tried = [], message = { key: `key-${count++}` }) {
      const endpoint = balancer.pick(fakeCall(message, { hashKey: "key" }), tried);
      if (endpoint !== undefined) balancer.done?.(endpoint, { latencyMs: 1, error: undefined });
      environment.advance(1);
      return endpoint;
    },
  };
}

function fleet(count: number): FakeEndpoint[] {
  return Array.from({ length: count }, (_, index) => fakeEndpoint(index));
}

function tally(bench: Bench, tried: readonly Endpoint[] = []): Map<Endpoint | undefined, number> {
  const counts = new Map<Endpoint | undefined, number>();
  for (let made = 0; made < calls; made++) {
    const endpoint = bench.call(tried);
    counts.set(endpoint, (counts.get(endpoint) ?? 0) + 1);
  }
  return counts;
}

function chooseNothing(bench: Bench): void {
  assert.equal(bench.call(), undefined);
  bench.balancer.update([]);
  assert.equal(bench.call(), undefined);
}

function chooseAll(bench: Bench): void {
  const endpoints = fleet(5);
  bench.balancer.update(endpoints);
  const counts = tally(bench);
  assert.deepEqual(new Set(counts.keys()), new Set(endpoints));
  for (const count of counts.values()) assert.ok(count > calls / 5 / 4, `one of five got ${count} of ${calls} calls`);
}

function passOver(bench: Bench): void {
  const endpoints = fleet(5);
  bench.balancer.update(endpoints);
  for (const endpoint of endpoints.slice(0, 3)) endpoint.isAvailable = false;
  assert.deepEqual(new Set(tally(bench).keys()), new Set(endpoints.slice(3)));
  (endpoints[0] as FakeEndpoint).isAvailable = true;
  bench.environment.advance(120_000);
  assert.ok(tally(bench).has(endpoints[0]));
}

function chooseAnyway(bench: Bench): void {
  const endpoints = fleet(3);
  for (const endpoint of endpoints) endpoint.isAvailable = false;
  bench.balancer.update(endpoints);
  assert.equal(tally(bench).has(undefined), false);
}

function triedLast(bench: Bench): void {
  const endpoints = fleet(4);
  bench.balancer.update(endpoints);
  assert.deepEqual(new Set(tally(bench, endpoints.slice(0, 2)).keys()), new Set(endpoints.slice(2)));
  assert.equal(tally(bench, endpoints).has(undefined), false);
}

function onlyOne(bench: Bench): void {
  const endpoints = fleet(1);
  bench.balancer.update(endpoints);
  assert.equal(bench.call(endpoints), endpoints[0]);
}

function leave(bench: Bench): void {
  const endpoints = fleet(4);
  bench.balancer.update(endpoints);
  tally(bench);
  bench.balancer.update(endpoints.slice(1));
  bench.balancer.done?.(endpoints[0] as Endpoint, { latencyMs: 5, error: undefined });
  assert.equal(tally(bench).has(endpoints[0]), false);
}

function come(bench: Bench): void {
  const endpoints = fleet(4);
  bench.balancer.update(endpoints.slice(1));
  tally(bench);
  bench.balancer.update(endpoints);
  assert.ok(tally(bench).has(endpoints[0]));
}

function weigh(bench: Bench): void {
  const endpoints = fleet(3);
  (endpoints[0] as FakeEndpoint).weight = 200;
  bench.balancer.update(endpoints);
  const counts = tally(bench);
  const share = (counts.get(endpoints[0]) ?? 0) / calls;
  assert.ok(share > 0.38 && share < 0.65, `an endpoint with half of the weight got ${share} of the calls`);
}

function survive(bench: Bench): void {
  const endpoints = fleet(3);
  bench.balancer.update(endpoints);
  for (let made = 0; made < 300; made++) {
    const endpoint: FakeEndpoint | undefined = bench.balancer.pick(fakeCall({ key: made }, { hashKey: "key" }), []);
    assert.ok(endpoint !== undefined);
    endpoint.callsInProgress++;
    if (made % 3 === 1) bench.balancer.done?.(endpoint, { latencyMs: undefined, error: undefined });
  }
  assert.notEqual(bench.call(), undefined);
}
