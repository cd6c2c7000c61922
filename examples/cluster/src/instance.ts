/** One instance of the service: `instance.js <id> <registry> [<address for callers>]`. */
import { setTimeout as work } from "node:timers/promises";
import { type CallContext, createServer } from "@rpcgen/runtime";
import { concurrencyLimit } from "@rpcgen/runtime/governance";
import { engineOf, ttlMs } from "./engine.js";
import { Prices, type Quote } from "./gen/prices.rpc.js";
import { load } from "./load.js";

const [id = "", target = "", address] = process.argv.slice(2);
let slowness = 1;

const server = createServer({
  registrations: [{ registry: engineOf(target), target, id, address, ttlMs }],
  plugins: [concurrencyLimit({ limit: load.limit, maxWaiting: load.maxWaiting })],
}).add(Prices, { quote: price, reserve: price });

/** Stands for a database that takes its time; stops when nobody waits for the answer any more. */
async function price({ sku }: { readonly sku: string }, { signal }: CallContext): Promise<Quote> {
  await work(load.workMs * slowness, undefined, { signal });
  return { cents: 100 + sku.length, instance: id };
}

process.on("disconnect", () => process.exit());
process.on("message", (message) => {
  slowness = (message as { readonly slowness: number }).slowness;
});
process.once("SIGTERM", () => void server.close().then(() => process.exit()));

const listening = await server.listen("tcp://127.0.0.1:0");
await server.registered(AbortSignal.timeout(10_000));
process.send?.({ kind: "ready", address: listening });
