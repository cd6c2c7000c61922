/** So many calls at once, at the server; a few may wait, the others are refused at once. */
import { setTimeout as pause } from "node:timers/promises";
import { createChannel, createClient } from "@rpcgen/runtime";
import { concurrencyLimit } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { outcomeOf, startShop } from "./shop.js";
import { show } from "./show.js";

let running = 0;
let most = 0;
async function count(): Promise<number> {
  most = Math.max(most, ++running);
  await pause(20);
  running--;
  return 7;
}

const shop = await startShop(1, count, { plugins: [concurrencyLimit({ limit: 3, maxWaiting: 5 })] });
const channel = createChannel({ target: shop.target });
const stock = createClient(Stock, { channel });

const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(stock.level({ sku: "tea" }))));
const answered = outcomes.filter((outcome) => outcome === "a").length;
show("concurrency limit", `20 calls at once: ${answered} answered, ${most} at a time`, answered === 8 && most === 3);

await channel.close();
await shop.close();
