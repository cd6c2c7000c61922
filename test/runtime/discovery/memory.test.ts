import { describe, expect, test } from "vitest";
import { memory } from "../../../runtime/discovery/memory/memory.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import { createObserver, createStateObserver } from "../../../runtime/testing/suites/discovery-observer.ts";
import { discoverySuite } from "../../../runtime/testing/suites/discovery-suite.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

const environment = createVirtualEnvironment();
const target = parseTarget("local://any/shop.v1.Orders");
const instance = {
  id: "a",
  service: "shop.v1.Orders",
  address: "tcp://127.0.0.1:9000",
  weight: 100,
  status: "up",
  labels: {},
} as const;

describe("discovery in memory", () => {
  const registry = memory();
  const suite = discoverySuite({
    engine: () => registry,
    target: (service) => parseTarget(`local://any/${service}`),
    environment,
    ttlMs: 1_000,
    limitMs: 10_000,
  });
  for (const { name, run } of suite) test(name, () => environment.run(run()));
});

describe("a lease", () => {
  test("that the registry has lost is taken anew at the next beat", () =>
    environment.run(
      (async () => {
        const registry = memory();
        const states = createStateObserver(environment, 60_000);
        const registration = registry.register(
          target,
          instance,
          { ttlMs: 15_000, onState: states.onState },
          { environment },
        );
        await registration.ready();
        const recovered = states.next("recovering");
        registry.wipe();
        const wipedMs = environment.now();
        await recovered;
        expect(environment.now() - wipedMs).toBeLessThanOrEqual(5_500);
        await registration.update({ weight: 3 });
        const observer = createObserver(environment, 60_000);
        const watch = registry.watch(target, observer, { environment });
        await observer.untilIds("a");
        expect(states.states).toEqual(["registered", "recovering", "registered"]);
        await Promise.all([watch.close(), registration.close()]);
      })(),
    ));

  test("is in doubt when its ttl has passed without an answer, and is taken anew as soon as there is one", () =>
    environment.run(
      (async () => {
        const registry = memory();
        const states = createStateObserver(environment, 60_000);
        const registration = registry.register(
          target,
          instance,
          { ttlMs: 15_000, onState: states.onState },
          { environment },
        );
        await registration.ready();
        const sinceMs = environment.now();
        const doubted = states.next("recovering");
        registry.setReachable(false);
        await doubted;
        expect(environment.now() - sinceMs).toBeLessThanOrEqual(15_000);
        const observer = createObserver(environment, 60_000);
        const watch = registry.watch(target, observer, { environment });
        const pending = registration.update({ weight: 5 });
        const back = states.next("registered");
        const backMs = environment.now();
        registry.setReachable(true);
        await Promise.all([back, pending]);
        expect(environment.now() - backMs).toBeLessThanOrEqual(2_400);
        await observer.until("weight 5", () => observer.find("a")?.weight === 5);
        await Promise.all([watch.close(), registration.close()]);
      })(),
    ));

  test("is closed within a second when nobody answers", () =>
    environment.run(
      (async () => {
        const registry = memory();
        const registration = registry.register(target, instance, { ttlMs: 15_000 }, { environment });
        await registration.ready();
        registry.setReachable(false);
        const sinceMs = environment.now();
        await registration.close();
        expect(environment.now() - sinceMs).toBeLessThanOrEqual(1_000);
        expect(registration.state).toBe("closed");
      })(),
    ));
});
