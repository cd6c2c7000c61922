import assert from "node:assert/strict";
import type { Instance } from "../../discovery/instance.ts";
import type { Registration, RegistrationState, Registry } from "../../discovery/registry.ts";
import type { EngineScope, Resolver, ResolverWatch } from "../../discovery/resolver.ts";
import type { Target } from "../../discovery/target.ts";
import { type Environment } from "../../environment/environment.ts";
import { pause } from "../../environment/limit.ts";
import { countTimers, createObserver, type DiscoveryObserver } from "./discovery-observer.ts";
import type { SuiteCase } from "./suite.ts";

/** What the suite needs to know about an engine. */
export interface DiscoverySuiteOptions {
  /** One engine; called once per case. */
  readonly engine: () => Registry & Resolver;
  /** The target for a service; an empty name: without a path. */
  readonly target: (service: string) => Target;
  readonly environment: Environment;
  /** Milliseconds of a lease; the shortest that the engine keeps. */
  readonly ttlMs: number;
  /** How long any one thing may take. */
  readonly limitMs: number;
  /** Sockets of this process that are open, where the engine has any. */
  readonly openSockets?: (() => number) | undefined;
}

interface World {
  readonly service: string;
  readonly options: DiscoverySuiteOptions;
  register(id: string, more?: Partial<Instance>, onState?: (state: RegistrationState) => void): Registration;
  watch(): DiscoveryObserver & { close(): Promise<void> };
}

let counter = 0;

/** The contract of {@link Registry} and {@link Resolver} as tests. */
export function discoverySuite(options: DiscoverySuiteOptions): readonly SuiteCase[] {
  const testCase = (name: string, body: (world: World) => Promise<void>): SuiteCase => ({
    name,
    run: () => inWorld(options, body),
  });
  return [
    testCase("a registered instance appears to a watcher with all its data", appears),
    testCase("what was registered earlier is in the first snapshot", isInFirst),
    testCase("a service without instances has an empty snapshot", isEmpty),
    testCase("several watchers see several instances", several),
    testCase("an update is seen, and the last of several wins", updates),
    testCase("close takes the instance out at once", closeRemoves),
    testCase("an instance outlives its ttl many times over", outlives),
    testCase("the state is told from registering to closed", tellsState),
    testCase("services are kept apart, also where one name begins with another", keepsApart),
    testCase("ids may hold any visible character", anyId),
    testCase("ready is given up when its signal fires and when the registration closes", givesUp),
    testCase("a watch that was closed is silent, others go on", silence),
    testCase("a sink that throws ends its own watch only", containThrow),
    testCase("targets and instances that cannot be taken are refused at once", refuses),
    { name: "close leaves neither timers nor sockets", run: () => leavesNothing(options) },
  ];
}

function instanceOf(id: string, service: string, more: Partial<Instance> = {}): Instance {
  return { id, service, address: "tcp://127.0.0.1:9000", weight: 100, status: "up", labels: {}, ...more };
}

async function inWorld(options: DiscoverySuiteOptions, body: (world: World) => Promise<void>): Promise<void> {
  const service = `suite.v${++counter}.Orders`;
  const scope: EngineScope = { environment: options.environment };
  const engine = options.engine();
  const opened: { close(): Promise<void> }[] = [];
  const world: World = {
    service,
    options,
    register(id, more = {}, onState) {
      const instance = instanceOf(id, service, more);
      const target = options.target("");
      const registration = engine.register(target, instance, { ttlMs: options.ttlMs, onState }, scope);
      opened.push(registration);
      return registration;
    },
    watch() {
      const observer = createObserver(options.environment, options.limitMs);
      const watch = engine.watch(options.target(service), observer, scope);
      assert.equal(observer.snapshots.length + observer.errors.length, 0, "nothing is told before watch returns");
      opened.push(watch);
      return Object.assign(observer, { close: () => watch.close() });
    },
  };
  try {
    await body(world);
  } finally {
    await Promise.all(opened.map((each) => each.close()));
  }
}

async function appears({ register, watch, service }: World): Promise<void> {
  const observer = watch();
  await observer.untilIds();
  const full: Partial<Instance> = {
    weight: 7,
    group: "blue",
    version: "1.4.0",
    aliases: ["orders"],
    zone: "eu/eu-1",
    labels: { canary: "true", "ünïcode key": "väl/ue%" },
    protocols: ["rpcgen/1"],
    limits: { maxCalls: 5 },
    startedAtMs: 1_700_000_000_000,
  };
  register("a", full);
  await observer.untilIds("a");
  assert.deepEqual(observer.find("a"), instanceOf("a", service, full));
  const [first, second] = [observer.snapshots[0], observer.snapshots.at(-1)];
  assert.notEqual(first?.revision, second?.revision);
  assert.equal(second?.complete, true);
}

async function isInFirst({ register, watch }: World): Promise<void> {
  await register("a").ready();
  const observer = watch();
  await observer.untilIds("a");
  assert.equal(observer.snapshots.length, 1);
}

async function isEmpty({ watch }: World): Promise<void> {
  const observer = watch();
  const { instances, complete } = await observer.untilIds();
  assert.deepEqual([instances, complete], [[], true]);
}

async function several({ register, watch }: World): Promise<void> {
  const observers = [watch(), watch()];
  const registrations = ["a", "b", "c"].map((id) => register(id));
  await Promise.all(registrations.map((registration) => registration.ready()));
  await Promise.all([...observers, watch()].map((observer) => observer.untilIds("a", "b", "c")));
  await registrations[1]?.close();
  await Promise.all(observers.map((observer) => observer.untilIds("a", "c")));
}

async function updates({ register, watch }: World): Promise<void> {
  const observer = watch();
  const registration = register("a");
  await registration.ready();
  await registration.update({ status: "draining", labels: { canary: "true" } });
  await observer.until("draining", () => observer.find("a")?.status === "draining");
  assert.deepEqual(observer.find("a")?.labels, { canary: "true" });
  await Promise.all([1, 2, 3].map((weight) => registration.update({ weight })));
  await observer.until("the last weight", () => observer.find("a")?.weight === 3);
  assert.equal(observer.find("a")?.status, "draining");
}

async function closeRemoves({ register, watch }: World): Promise<void> {
  const observer = watch();
  const registration = register("a");
  await observer.untilIds("a");
  await Promise.all([registration.close(), registration.close()]);
  await observer.untilIds();
  await assert.rejects(registration.update({ weight: 1 }), /was closed/);
  const again = register("a", { weight: 3 });
  await again.ready();
  await observer.until("the one registered anew", () => observer.find("a")?.weight === 3);
}

async function outlives({ register, watch, options }: World): Promise<void> {
  const observer = watch();
  const states: string[] = [];
  register("a", {}, (state) => void states.push(state));
  await observer.untilIds("a");
  const before = observer.snapshots.length;
  await pause(options.environment, options.ttlMs * 2);
  assert.deepEqual(states, ["registered"]);
  assert.ok(observer.snapshots.slice(before).every(({ instances }) => instances.length === 1));
}

async function tellsState({ register }: World): Promise<void> {
  const states: string[] = [];
  const registration = register("a", {}, (state) => {
    states.push(state);
    throw new Error("a listener's fault is ignored");
  });
  assert.equal(registration.state, "registering");
  await registration.ready();
  assert.equal(registration.state, "registered");
  await registration.close();
  assert.equal(registration.state, "closed");
  assert.deepEqual(states, ["registered", "closed"]);
}

async function keepsApart({ register, watch, service }: World): Promise<void> {
  const observer = watch();
  await register("other", { service: `${service}2` }).ready();
  await register("own").ready();
  await observer.untilIds("own");
  assert.ok(observer.snapshots.every(({ instances }) => instances.every(({ id }) => id === "own")));
}

async function anyId({ register, watch }: World): Promise<void> {
  const ids = ["10.0.0.5:9000", "a/b%2Fc", "..", "{x}*?[y]", "~!@#$&()=+,;'\""];
  const observer = watch();
  const registrations = ids.map((id) => register(id));
  await observer.untilIds(...ids);
  await Promise.all(registrations.map((registration) => registration.close()));
  await observer.untilIds();
}

async function givesUp({ register }: World): Promise<void> {
  const registration = register("a");
  await assert.rejects(registration.ready(AbortSignal.abort(new Error("enough"))), /enough/);
  await registration.ready();
  const other = register("b");
  const waiting = assert.rejects(other.ready(), /was closed/);
  await other.close();
  await waiting;
}

async function silence({ register, watch }: World): Promise<void> {
  const [closed, other] = [watch(), watch()];
  await Promise.all([closed.untilIds(), other.untilIds()]);
  const closing = closed.close();
  const heard = closed.snapshots.length;
  await Promise.all([closing, closed.close()]);
  await register("a").ready();
  await other.untilIds("a");
  assert.deepEqual([closed.snapshots.length, closed.errors.length], [heard, 0]);
}

async function containThrow({ register, watch }: World): Promise<void> {
  const [faulty, other] = [watch(), watch()];
  await Promise.all([faulty.untilIds(), other.untilIds()]);
  let calls = 0;
  faulty.update = () => {
    calls++;
    throw new Error("the sink's fault");
  };
  await register("a").ready();
  await other.untilIds("a");
  await register("b").ready();
  await other.untilIds("a", "b");
  assert.ok(calls <= 1, "a sink that threw hears no more");
}

async function refuses({ register, options }: World): Promise<void> {
  const engine = options.engine();
  const scope = { environment: options.environment };
  const sink = createObserver(options.environment, options.limitMs);
  const good = options.target("shop.v1.Orders");
  const refused: readonly Target[] = [
    { ...good, scheme: "nonsense" },
    { ...good, authorities: [] },
    { ...good, parameters: { nonsense: "1" } },
  ];
  for (const target of [...refused, { ...good, path: "" }, { ...good, path: "../x" }]) {
    assert.throws(() => engine.watch(target, sink, scope), TypeError);
  }
  const instance = instanceOf("a", "shop.v1.Orders");
  for (const target of [...refused, { ...good, path: "other.Service" }]) {
    assert.throws(() => engine.register(target, instance, { ttlMs: 5_000 }, scope), TypeError);
  }
  assert.throws(() => register("a", { address: "nonsense" }), TypeError);
  assert.throws(() => register("a", { weight: -1 }), TypeError);
  assert.throws(() => engine.register(good, instance, { ttlMs: 10 }, scope), RangeError);
}

async function leavesNothing(options: DiscoverySuiteOptions): Promise<void> {
  const { environment, pending } = countTimers(options.environment);
  const socketsBefore = options.openSockets?.() ?? 0;
  const service = `suite.v${++counter}.Orders`;
  const engine = options.engine();
  const observer = createObserver(options.environment, options.limitMs);
  const watches: ResolverWatch[] = [];
  for (let count = 0; count < 3; count++) {
    watches.push(engine.watch(options.target(service), observer, { environment }));
  }
  const registrations = ["a", "b"].map((id) =>
    engine.register(options.target(service), instanceOf(id, service), { ttlMs: options.ttlMs }, { environment }),
  );
  await observer.untilIds("a", "b");
  // One that is closed before it could do anything.
  const early = engine.register(options.target(service), instanceOf("c", service), { ttlMs: 60_000 }, { environment });
  await Promise.all([...watches, ...registrations, early].map((each) => each.close()));
  assert.equal(pending(), 0, "timers that are left");
  assert.equal(options.openSockets?.() ?? 0, socketsBefore, "sockets that are left");
}
