/** After some faults in a row calls fail at once, until a probe shows that the service is well again. */
import { setTimeout as pause } from "node:timers/promises";
import { createChannel, createClient } from "@rpcgen/runtime";
import { circuitBreaker, threshold } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { outcomeOf, outOfOrder, startShop, tally } from "./shop.js";
import { show } from "./show.js";

let isBroken = true;
const shop = await startShop(1, () => (isBroken ? outOfOrder() : 7));
const breaker = circuitBreaker({ kind: threshold({ consecutive: 5, openMs: 500, probes: 1 }) });
const channel = createChannel({ target: shop.target, plugins: [breaker] });
const stock = createClient(Stock, { channel });

const counts = await tally(50, () => stock.level({ sku: "tea" }));
show("circuit breaker", `50 calls, ${shop.asked["a"]} reached the server`, counts["circuit_open"] === 45);
isBroken = false;
await pause(600);
const outcome = await outcomeOf(stock.level({ sku: "tea" }));
show("", `mended, and after a pause answered by ${outcome}`, outcome === "a");

await channel.close();
await shop.close();
