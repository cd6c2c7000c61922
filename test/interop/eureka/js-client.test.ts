import { createRequire } from "node:module";
import { afterEach, expect, test } from "vitest";
import { createRegistryServer, type RegistryServer } from "../../../runtime/registry/server.ts";

/** The members of the client from npm that are used here. */
interface EurekaClient {
  start(callback: (error?: Error) => void): void;
  stop(callback: (error?: Error) => void): void;
  fetchRegistry(callback: (error?: Error) => void): void;
  renew(): void;
  getInstancesByAppId(app: string): readonly { readonly instanceId: string; readonly status: string }[];
  on(event: string, listener: (...args: unknown[]) => void): void;
}

const { Eureka } = createRequire(import.meta.url)("eureka-js-client") as {
  Eureka: new (options: object) => EurekaClient;
};

const servers: RegistryServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(port: number, peers: readonly string[]): Promise<RegistryServer> {
  const server = await createRegistryServer({ port }, { peers, responseKeptMs: 0, waitForPeersMs: 1_000 });
  servers.push(server);
  return server;
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

function clientFor(url: string, id: string): EurekaClient {
  const { hostname, port } = new URL(url);
  return new Eureka({
    logger: silent,
    instance: {
      instanceId: id,
      app: "SHOP",
      hostName: id,
      ipAddr: "127.0.0.1",
      port: { $: 8080, "@enabled": true },
      vipAddress: "shop",
      dataCenterInfo: { "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", name: "MyOwn" },
    },
    eureka: { host: hostname, port, servicePath: "/eureka/apps/", maxRetries: 1, requestRetryDelay: 10 },
  });
}

function done(run: (callback: (error?: Error) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => run((error) => (error ? reject(error) : resolve())));
}

const idsAt = (client: EurekaClient): readonly string[] =>
  client
    .getInstancesByAppId("SHOP")
    .map(({ instanceId }) => instanceId)
    .toSorted();

test("the client from npm registers, finds others, renews and goes, over two registries that replicate", async () => {
  const first = await start(0, []);
  const second = await start(0, [first.url]);
  await second.ready();
  const one = clientFor(second.url, "one");
  const two = clientFor(second.url, "two");
  await done((callback) => one.start(callback));
  await done((callback) => two.start(callback));
  await done((callback) => one.fetchRegistry(callback));
  expect(idsAt(one)).toEqual(["one", "two"]);
  await expect.poll(() => first.registry.table.size, { timeout: 10_000 }).toBe(2);
  await done((callback) => two.stop(callback));
  await done((callback) => one.fetchRegistry(callback));
  expect(idsAt(one)).toEqual(["one"]);
  await done((callback) => one.stop(callback));
  expect(second.registry.table.size).toBe(0);
});

test("a registry that forgot everything is told again with the next renewal", async () => {
  const first = await start(0, []);
  const port = Number(new URL(first.url).port);
  const client = clientFor(first.url, "one");
  await done((callback) => client.start(callback));
  await first.close();
  const again = await start(port, []);
  expect(again.registry.table.size).toBe(0);
  client.renew();
  await expect.poll(() => again.registry.table.find("SHOP", "one")?.status, { timeout: 10_000 }).toBe("UP");
  await done((callback) => client.stop(callback));
});
