/**
 * A service and its caller under faults, in virtual time: no ports, no waiting, and the same seed always gives the same run. Change the seed, or run
 * many, to look for what goes wrong in one order of events only.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChannelOptions, createClient, createServer, RpcError } from "@rpcgen/runtime";
import { createVirtualEnvironment, createVirtualNetwork, type VirtualNetworkOptions } from "@rpcgen/runtime/testing";
import { buy } from "./buyer.js";
import { SoldOut, Stock } from "./gen/stock.rpc.js";
import { createStock } from "./stock.js";

const target = "memory:stock";

/** A server with 100 lamps on its shelf, and a client of it, on a network of their own. */
async function open(seed: number, faults: Partial<VirtualNetworkOptions> = {}, options: Partial<ChannelOptions> = {}) {
  const environment = createVirtualEnvironment(seed);
  const network = createVirtualNetwork({ environment, ...faults });
  const shared = { environment, transports: [network.transport] };
  const server = createServer(shared).add(Stock, createStock(new Map([["lamp", 100]])));
  await server.listen(target);
  const stock = createClient(Stock, { target, ...shared, ...options });
  return { environment, network, server, stock };
}

test("a slow network that cuts everything into small pieces changes nothing but the time", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { environment, stock } = await open(seed, { delayMs: () => seed, cut: (length) => Math.min(length, seed) });
    const orders = Array.from({ length: 100 }, (_, index) => buy(stock, `order-${index}`, "lamp"));
    await environment.run(Promise.all(orders));
    await assert.rejects(
      environment.run(buy(stock, "too late", "lamp")),
      (error) => SoldOut.is(error) && error.data.left === 0,
    );
  }
});

test("connections that break in the middle never sell a lamp twice", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { environment, network, stock } = await open(seed, { delayMs: () => 5 });
    const orders = Array.from({ length: 10 }, (_, index) => buy(stock, `order-${index}`, "lamp"));
    // At another moment with each seed: before the requests arrive, between, or when the answers are on their way.
    environment.setTimer(seed, () => network.reset());
    await environment.run(Promise.all(orders));
    const { count } = await environment.run(stock.reserve({ order: "order-0", sku: "lamp", count: 1 }));
    assert.equal(count, 90, `seed ${seed}`);
  }
});

test("a server that hears us and whose answers are lost is given up at the deadline of the method", async () => {
  const { environment, network, stock } = await open(1);
  await environment.run(buy(stock, "first", "lamp"));
  network.cut("to_client");
  const begin = environment.now();
  await assert.rejects(environment.run(buy(stock, "second", "lamp")), { reason: "deadline_passed" });
  assert.equal(environment.now() - begin, 5_000);
  network.heal();
  assert.equal((await environment.run(buy(stock, "second", "lamp"))).count, 98);
});

test("whoever watches hears of every change, and of a server that has fallen silent", async () => {
  const { environment, network, stock } = await open(
    1,
    {},
    { limits: { keepaliveMs: 20_000, keepaliveTimeoutMs: 10_000 } },
  );
  const levels: number[] = [];
  const watching = (async () => {
    for await (const { count } of stock.watch({ sku: "lamp" })) levels.push(count);
  })();
  const ended = watching.catch((error: unknown) => error);
  await environment.run(buy(stock, "first", "lamp"));
  await environment.advanceAsync(1);
  network.cut();
  const begin = environment.now();
  const error = await environment.run(ended);
  assert.ok(RpcError.is(error) && error.reason === "connection_lost");
  assert.ok(environment.now() - begin <= 30_000, "within keepalive and its timeout");
  assert.deepEqual(levels, [100, 99]);
});

test("while a server is away calls fail at once, or wait for it if they are told to", async () => {
  const { environment, network, stock } = await open(1);
  network.reachability = "refusing";
  await assert.rejects(environment.run(stock.reserve({ order: "now", sku: "lamp", count: 1 })), {
    reason: "connect_failed",
  });
  environment.setTimer(2_000, () => (network.reachability = "up"));
  const waiting = stock.reserve({ order: "later", sku: "lamp", count: 1 }, { waitForReady: true });
  assert.equal((await environment.run(waiting)).count, 99);
});
