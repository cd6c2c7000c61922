import { afterAll, describe, expect, test } from "vitest";
import { systemEnvironment } from "../../../runtime/environment/system.ts";
import { embedded } from "../../../runtime/discovery/eureka/embedded.ts";
import { eureka } from "../../../runtime/discovery/eureka/eureka.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import { createRegistryServer, type RegistryServer } from "../../../runtime/registry/server.ts";
import { createObserver, createStateObserver } from "../../../runtime/testing/suites/discovery-observer.ts";
import { discoverySuite } from "../../../runtime/testing/suites/discovery-suite.ts";

const environment = systemEnvironment;
const limitMs = 20_000;
const servers: RegistryServer[] = [];

/** One that takes a port over from another was restarted: it knows that instances may be missing. */
async function start(port = 0, peers: readonly string[] = []): Promise<RegistryServer> {
  const server = await createRegistryServer(
    { port },
    { peers, responseKeptMs: 0, settleMs: port === 0 ? 0 : 2_000, evictionIntervalMs: 200 },
  );
  servers.push(server);
  return server;
}

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

const authorityOf = (server: RegistryServer): string => new URL(server.url).host;
const instance = {
  id: "a",
  service: "shop.v1.Orders",
  address: "tcp://127.0.0.1:9000",
  weight: 100,
  status: "up",
  labels: { colour: "red" },
} as const;

const registry = await start();

describe.each([
  ["registry", () => embedded(), 1_000],
  ["eureka", () => eureka({ pollMs: 1_000 }), 3_000],
] as const)("%s", (scheme, engine, ttlMs) => {
  const suite = discoverySuite({
    engine,
    target: (service) => parseTarget(`${scheme}://${authorityOf(registry)}${service === "" ? "" : `/${service}`}`),
    environment,
    ttlMs,
    limitMs,
  });
  for (const { name, run } of suite) test.concurrent(name, run);
});

describe("our own registry", () => {
  test("after a restart has everything back from its instances, and watchers never see them gone", async () => {
    const first = await start();
    const port = Number(new URL(first.url).port);
    const target = parseTarget(`registry://127.0.0.1:${port}/shop.v1.Orders`);
    const states = createStateObserver(environment, limitMs);
    const registration = embedded().register(
      target,
      instance,
      { ttlMs: 1_500, onState: states.onState },
      { environment },
    );
    const observer = createObserver(environment, limitMs);
    const watch = embedded().watch(target, observer, { environment });
    await observer.untilIds("a");
    await first.close();
    await states.next("recovering");
    const again = await start(port);
    await states.next("registered");
    await observer.untilIds("a");
    expect(again.registry.table.size).toBe(1);
    await Promise.all([watch.close(), registration.close()]);
  });

  test("of two peers one may die: its clients go on with the other", async () => {
    const first = await start();
    const second = await start(0, [first.url]);
    await second.ready();
    const target = parseTarget(`registry://${authorityOf(first)},${authorityOf(second)}/shop.v1.Orders`);
    const registration = embedded().register(target, instance, { ttlMs: 1_500 }, { environment });
    await registration.ready();
    const observer = createObserver(environment, limitMs);
    const watch = embedded().watch(target, observer, { environment });
    await observer.untilIds("a");
    await first.close();
    await expect.poll(() => second.registry.table.size, { timeout: limitMs }).toBe(1);
    await registration.update({ weight: 7 });
    await observer.until("the new weight", ({ instances }) => instances[0]?.weight === 7);
    await Promise.all([watch.close(), registration.close()]);
  });
});

test("programs that are not of rpcgen are found with their address and metadata", async () => {
  const server = await start();
  await fetch(`${server.url}/apps/SHOP.V1.ORDERS`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      instance: {
        instanceId: "java-1",
        app: "SHOP.V1.ORDERS",
        hostName: "java",
        ipAddr: "10.0.0.7",
        port: { $: 8080, "@enabled": "true" },
        dataCenterInfo: { name: "MyOwn" },
        metadata: { weight: "50", zone: "eu-1", team: "orders" },
      },
    }),
  });
  const observer = createObserver(environment, limitMs);
  const target = parseTarget(`eureka://${authorityOf(server)}/shop.v1.Orders`);
  const watch = eureka().watch(target, observer, { environment });
  await observer.untilIds("java-1");
  expect(observer.find("java-1")).toMatchObject({
    address: "tcp://10.0.0.7:8080",
    weight: 50,
    zone: "eu-1",
    labels: { team: "orders" },
    status: "up",
  });
  await watch.close();
});

test("an operator takes an instance out of service and back", async () => {
  const server = await start();
  const target = parseTarget(`registry://${authorityOf(server)}/shop.v1.Orders`);
  const registration = embedded().register(target, instance, { ttlMs: 2_000 }, { environment });
  const observer = createObserver(environment, limitMs);
  const watch = embedded().watch(target, observer, { environment });
  await observer.untilIds("a");
  const status = `${server.url}/apps/SHOP.V1.ORDERS/a/status`;
  await fetch(`${status}?value=OUT_OF_SERVICE`, { method: "PUT" });
  await observer.until("draining", ({ instances }) => instances[0]?.status === "draining");
  await fetch(`${status}?value=UP`, { method: "DELETE" });
  await observer.until("up", ({ instances }) => instances[0]?.status === "up");
  await Promise.all([watch.close(), registration.close()]);
});
