/** So many calls in a time, at the server; rules change while calls run. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { rateLimit } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const limit = rateLimit({ rules: [{ method: "stock.v1.Stock", key: "address", calls: 10, perMs: 60_000 }] });
const shop = await startShop(1, () => 7, { plugins: [limit] });
const channel = createChannel({ target: shop.target });
const stock = createClient(Stock, { channel });

const counts = await tally(25, () => stock.level({ sku: "tea" }));
show("rate limit", `10 a minute: ${counts["a"]} answered, ${counts["too_many_calls"]} refused`, counts["a"] === 10);
limit.configure({ rules: [] });
const later = await tally(25, () => stock.level({ sku: "tea" }));
show("", `limit lifted: ${later["a"]} of 25 answered`, later["a"] === 25);

await channel.close();
await shop.close();
