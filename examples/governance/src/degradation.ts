/** Something in place of an error: the last good reply, else a value; and a switch that leaves the server alone. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { degradation, type DegradationRule } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { outcomeOf, outOfOrder, startShop } from "./shop.js";
import { show } from "./show.js";

let isBroken = false;
const shop = await startShop(1, () => (isBroken ? outOfOrder() : 7));
const rule: DegradationRule = {
  method: "stock.v1.Stock/Level",
  use: [{ cache: { maxAgeMs: 60_000 } }, { value: { count: 0, instance: "nobody" } }],
};
const policy = degradation({ rules: [rule] });
const channel = createChannel({ target: shop.target, plugins: [policy] });
const stock = createClient(Stock, { channel });

await stock.level({ sku: "tea" });
isBroken = true;
const known = await stock.level({ sku: "tea" });
show("degradation", `the server fails, ${known.count} is the last that it said`, known.count === 7);
const other = await outcomeOf(stock.level({ sku: "pot" }));
show("", `of what it never said: answered by ${other}`, other === "nobody");
policy.configure({ rules: [{ ...rule, when: "force" }] });
const asked = shop.asked["a"];
await stock.level({ sku: "cup" });
show("", "forced: the server is not even asked", shop.asked["a"] === asked);

await channel.close();
await shop.close();
