/** Policies from a document that changes while calls run; a version that cannot work changes nothing. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { createConfiguration } from "@rpcgen/runtime/configuration";
import { memoryConfiguration } from "@rpcgen/runtime/configuration/memory";
import { rateLimit } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const source = memoryConfiguration();
const limit = rateLimit();
let heard = (): void => undefined;
const configuration = createConfiguration({ source, parts: { limit }, onChange: () => heard() });

/** Sets the document and waits until it is in force, or refused. */
async function publish(calls: number): Promise<string | undefined> {
  const isHeard = new Promise<void>((resolve) => (heard = resolve));
  source.set("rpc", { limit: { rules: [{ calls, perMs: 60_000 }] } }, "Ada");
  await isHeard;
  return configuration.history[0]?.outcome;
}

await configuration.ready();
const shop = await startShop(1, () => 7, { plugins: [limit], configuration });
const channel = createChannel({ target: shop.target });
const stock = createClient(Stock, { channel });

const outcome = await publish(5);
const counts = await tally(20, () => stock.level({ sku: "tea" }));
show("live configuration", `5 calls a minute ${outcome}: ${counts["a"]} of 20 answered`, counts["a"] === 5);
const second = await publish(-1);
show("", `a version with -1 calls is ${second}`, second === "refused");

await channel.close();
await Promise.all([shop.close(), configuration.close()]);
