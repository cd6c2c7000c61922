/** An instance that fails more than others gets no calls for a while. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { outliers, roundRobin } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { outOfOrder, startShop, tally } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(4, (instance) => (instance === "d" ? outOfOrder() : 7));
const ejected: string[] = [];
const detector = outliers({
  consecutive: 5,
  onChange: (endpoint, isEjected) => void (isEjected && ejected.push(endpoint.id)),
});
const channel = createChannel({ target: shop.target, balancer: roundRobin(), detectors: [detector] });
const stock = createClient(Stock, { channel });

const counts = await tally(200, () => stock.level({ sku: "tea" }));
show(
  "outliers",
  `d failed ${counts["application"]} of 200 calls and was ejected ${ejected.length} time`,
  counts["application"] === 5 && ejected.length === 1,
);

await channel.close();
await shop.close();
