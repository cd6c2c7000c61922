/** What both sides count, in the text format of Prometheus. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { createMetrics } from "@rpcgen/runtime/telemetry";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const metrics = createMetrics();
const shop = await startShop(2, () => 7, { plugins: [metrics.server()] });
const channel = createChannel({ target: shop.target, plugins: [metrics.client()] });
const stock = createClient(Stock, { channel });
metrics.gauge("shop_connections", "Connections that are open.", () => channel.connections);

await tally(20, () => stock.level({ sku: "tea" }));
const lines = metrics.text().split("\n");
const calls = lines.filter((line) => /^rpc.*(calls|count).*Level.* 20$/.test(line));
show("metrics", `${lines.length} lines, of which ${calls.length} say 20 calls:`, calls.length > 0);
for (const line of calls.slice(0, 2)) console.log(`${" ".repeat(23)}${line}`);

await channel.close();
await shop.close();
