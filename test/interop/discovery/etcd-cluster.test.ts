import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { etcd } from "../../../runtime/discovery/etcd/etcd.ts";
import type { Registration } from "../../../runtime/discovery/registry.ts";
import type { ResolverWatch } from "../../../runtime/discovery/resolver.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import { systemEnvironment as environment } from "../../../runtime/environment/system.ts";
import {
  createObserver,
  createStateObserver,
  type DiscoveryObserver,
  type StateObserver,
} from "../../../runtime/testing/suites/discovery-observer.ts";
import { type EtcdCluster, missing, startEtcdCluster, startLimitMs } from "./fixture/real-server.ts";
import { limitMs } from "./fixture/world.ts";

const lack = missing("etcd");
const isSkipped = lack !== undefined && process.env.CI === undefined;
if (isSkipped) console.warn(`SKIPPED: ${lack} is not installed; discovery through a cluster of etcd is not tested.`);

// A leader that stood still may end leases by its own clock before it learns that it leads no more: so what was registered may be gone for a
// moment after it goes on, and comes back.
describe.skipIf(isSkipped)("discovery through three members of etcd", () => {
  let cluster: EtcdCluster;
  let observer: DiscoveryObserver;
  let states: StateObserver;
  let registration: Registration;
  let watch: ResolverWatch;

  beforeAll(async () => {
    cluster = await startEtcdCluster();
    const engine = etcd({ pingMs: 5_000, pingLimitMs: 1_000, connectLimitMs: 500, graceMs: 1_000 });
    const target = parseTarget(`etcd://${cluster.authorities}/test.v1.Orders`);
    observer = createObserver(environment, limitMs);
    states = createStateObserver(environment, limitMs);
    watch = engine.watch(target, observer, { environment });
    const instance = { id: "a", service: target.path, address: "tcp://127.0.0.1:9000", weight: 100, labels: {} };
    const options = { ttlMs: 3_000, onState: states.onState };
    registration = engine.register(target, { ...instance, status: "up" }, options, { environment });
    await observer.untilIds("a");
  }, startLimitMs);
  afterAll(async () => {
    await Promise.all([registration?.close(), watch?.close()]);
    await cluster?.close();
  });

  test.each([0, 1, 2])("goes on without member %i, which may lead (R10)", async (member) => {
    cluster.freeze(member);
    try {
      await registration.update({ weight: 10 + member });
      await observer.until("the update", () => observer.find("a")?.weight === 10 + member);
    } finally {
      cluster.thaw(member);
    }
  });

  test("keeps what it told while there is no majority, and goes on when there is one again (R10)", async () => {
    await registration.update({ weight: 20 });
    await observer.until("the update", () => observer.find("a")?.weight === 20);
    const heard = observer.snapshots.length;
    const doubted = states.next("recovering");
    cluster.freeze(0);
    cluster.freeze(1);
    try {
      await doubted;
      expect(observer.snapshots.slice(heard).filter(({ instances }) => instances.length !== 1)).toEqual([]);
    } finally {
      cluster.thaw(0);
      cluster.thaw(1);
    }
    await registration.update({ weight: 21 });
    await observer.until("the next update", () => observer.find("a")?.weight === 21);
    expect(registration.state).toBe("registered");
  });
});
