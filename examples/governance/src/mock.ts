/** Replies made of the examples of the schema: no server is needed; and a switch to the real one by live configuration. */
import { createChannel, createClient } from "@rpcgen/runtime";
import { createConfiguration } from "@rpcgen/runtime/configuration";
import { memoryConfiguration } from "@rpcgen/runtime/configuration/memory";
import { degradation } from "@rpcgen/runtime/governance";
import { Stock, stockSchema } from "./gen/stock.rpc.js";
import { startShop } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(1, () => 7);
const policy = degradation({ schemas: [stockSchema] });
const source = memoryConfiguration();
let heard = (): void => undefined;
const configuration = createConfiguration({ source, parts: { degradation: policy }, onChange: () => heard() });
const channel = createChannel({ target: shop.target, plugins: [policy], configuration });
const stock = createClient(Stock, { channel });

/** Sets the rules, and waits until they are in force. */
async function publish(rules: readonly object[]): Promise<void> {
  const isHeard = new Promise<void>((resolve) => (heard = resolve));
  source.set("rpc", { degradation: { rules } });
  await isHeard;
}

await configuration.ready();
await publish([{ method: "stock.v1.Stock/Level", when: "mock" }]);
const mocked = await stock.level({ sku: "tea" });
show("mock", `the schema's examples: ${mocked.count} at ${mocked.instance}`, mocked.count === 12);
show("", "the server is not asked", shop.asked["a"] === undefined);
await publish([]);
const real = await stock.level({ sku: "tea" });
show("", `switched back: ${real.count} at ${real.instance}`, real.count === 7);

await channel.close();
await configuration.close();
await shop.close();
