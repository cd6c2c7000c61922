/** Rules that say which instances a call may go to, by what is known of them; a resolver of one's own tells of them. */
import { createChannel, createClient, type Instance, type Resolver } from "@rpcgen/runtime";
import { routing } from "@rpcgen/runtime/governance";
import { Stock } from "./gen/stock.rpc.js";
import { startShop, tally } from "./shop.js";
import { show } from "./show.js";

const shop = await startShop(3, () => 7);
const known = { service: "stock.v1.Stock", weight: 100, status: "up", labels: {} } as const;
const instances = [...shop.addresses].map(([id, address]): Instance => {
  return { ...known, id, address, version: id === "c" ? "2.0.0" : "1.4.0" };
});
const resolver: Resolver = {
  scheme: "known",
  watch(_target, sink) {
    setImmediate(() => sink.update({ instances, revision: "1", complete: true, atMs: Date.now() }));
    return { close: async () => undefined };
  },
};
const router = routing([
  { name: "testers", when: { metadata: { tester: "*" } }, to: { version: "2.x" } },
  { name: "stable", to: { version: "1.x" }, otherwise: "fail" },
]);
const channel = createChannel({ target: "known:stock", resolvers: [resolver], router });
const stock = createClient(Stock, { channel });

const usual = await tally(20, () => stock.level({ sku: "tea" }));
show("routing", `1.4.0 on a and b: ${usual["a"]} and ${usual["b"]} of 20 calls`, usual["c"] === undefined);
const testers = await tally(20, () => stock.level({ sku: "tea" }, { metadata: { tester: "Ada" } }));
show("", `2.0.0 on c: ${testers["c"]} of 20 calls of testers`, testers["c"] === 20);

await channel.close();
await shop.close();
