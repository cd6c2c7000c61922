/** An instance that fails is passed by: the call is made again at another one. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { failover, roundRobin } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { outOfOrder, startShop, tally } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(3, (instance) => (instance === "a" ? outOfOrder() : 7));
const channel = createChannel({ target: shop.target, balancer: roundRobin() });
const plain = createClient(Stock, { channel });
const retrying = createClient(Stock, { channel, faultMode: failover({ retries: 2, backoff: { baseMs: 1 } }) });

const without = await tally(30, () => plain.level({ sku: "tea" }));
const withIt = await tally(30, () => retrying.level({ sku: "tea" }));
const failed = without["application"] ?? 0;
show("failover", `${failed} of 30 calls failed without it, ${withIt["application"] ?? 0} with it`, failed > 0);
show("", `b and c answered ${withIt["b"]} and ${withIt["c"]}`, (withIt["b"] ?? 0) + (withIt["c"] ?? 0) === 30);

await channel.close();
await shop.close();
