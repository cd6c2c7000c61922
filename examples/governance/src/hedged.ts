/** When the first instance takes long, a second one is asked; the first reply counts. */
import { setTimeout as pause } from "node:timers/promises";
import { createChannel, createClient } from "@rpcgen/runtime";
import { hedged, roundRobin } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(3, (instance) => (instance === "a" ? pause(1_000, 7) : 7));
const channel = createChannel({ target: shop.target, balancer: roundRobin() });
const stock = createClient(Stock, { channel, faultMode: hedged({ delayMs: 20, maxExtraLoad: 1 }) });

const counts = await tally(12, () => stock.level({ sku: "tea" }));
show(
  "hedged",
  `a takes a second and was asked ${shop.asked["a"]} times of 12; nobody waited for it`,
  counts["a"] === undefined && (shop.asked["a"] ?? 0) > 0,
);

await channel.close();
await shop.close();
