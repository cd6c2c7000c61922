/** Three ways to spread calls over four instances, of which one is slow. */
import { setTimeout as pause } from "node:timers/promises";
import { type BalancerKind, createChannel, createClient } from "@rpcgen/runtime";
import { consistentHash, p2c, roundRobin } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(4, (instance) => (instance === "d" ? pause(20, 7) : 7));

async function spread(balancer: BalancerKind, sku: string): Promise<readonly number[]> {
  const channel = createChannel({ target: shop.target, balancer });
  const stock = createClient(Stock, { channel });
  const counts = await tally(40, () => stock.level({ sku }));
  await channel.close();
  return ["a", "b", "c", "d"].map((instance) => counts[instance] ?? 0);
}

const turns = await spread(roundRobin(), "tea");
show("round robin", `in turns: ${turns.join(", ")}`, turns.join() === "10,10,10,10");
const byLatency = await spread(p2c(), "tea");
show("p2c", `d is slow: ${byLatency.join(", ")}`, (byLatency[3] ?? 0) < 10);
const byKey = await spread(consistentHash(), "tea");
show("consistent hash", `one key, one place: ${byKey.join(", ")}`, byKey.includes(40));

await shop.close();
