import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { EtcdClient } from "../../../runtime/coordination/etcd/client.ts";
import { etcdSettings } from "../../../runtime/coordination/etcd/options.ts";
import { serversOf } from "../../../runtime/coordination/server.ts";
import { etcd } from "../../../runtime/discovery/etcd/etcd.ts";
import { systemEnvironment as environment } from "../../../runtime/environment/system.ts";
import { faultsAlone, faultsTogether } from "./fixture/faults.ts";
import { describeDiscovery } from "./fixture/world.ts";

const ttlMs = 1_000;
const shared = etcd({ pingMs: 5_000, pingLimitMs: 1_000, connectLimitMs: 1_000, graceMs: 1_000 });

describeDiscovery(
  "etcd",
  { engine: () => shared, ttlMs },
  {
    alone: (worldTest) => faultsAlone(worldTest, ttlMs),
    together: (worldTest) => {
      faultsTogether(worldTest, "etcd", ttlMs);

      worldTest("a write that is carried out late does not stay", async ({ server, service, register, watch }) => {
        const observer = watch();
        await register("a", { instance: { weight: 5 } }).ready();
        const { revision: before } = await observer.until("the first", () => observer.find("a")?.weight === 5);
        const servers = serversOf([server.authority], 2379);
        const client = new EtcdClient({ ...etcdSettings({}), servers, environment, log: () => undefined });
        const { signal } = new AbortController();
        const key = `/rpcgen/${service}/a`;
        const [found] = (await client.rangeKey(key, signal)).kvs;
        await client.put(key, found?.value.replace('"weight":5', '"weight":4') ?? "", found?.lease ?? 0n, signal);
        await client.close();
        const isLatest = (revision: string) => revision !== before && observer.find("a")?.weight === 5;
        await observer.until("the latest again", ({ revision }) => isLatest(revision));
      });

      worldTest("changes that were compacted while nobody watched are in the next list (R5)", async (world) => {
        const { server, proxy, register, watch } = world;
        const observer = watch();
        const registration = register("a", { authorities: server.authority });
        await observer.untilIds("a");
        proxy.refuse();
        for (let weight = 1; weight <= 20; weight++) await registration.update({ weight });
        await register("b", { authorities: server.authority }).ready();
        compact(server.port);
        proxy.heal();
        await observer.untilIds("a", "b");
        expect(observer.find("a")?.weight).toBe(20);
      });
    },
  },
);

/** Forgets all history but the present. */
function compact(port: number): void {
  const ask = (path: string, body: unknown): { header: { revision: string } } =>
    JSON.parse(
      execFileSync("curl", ["-s", `http://127.0.0.1:${port}/v3/${path}`, "-d", JSON.stringify(body)], {
        encoding: "utf8",
      }),
    ) as { header: { revision: string } };
  const { revision } = ask("kv/range", { key: "AA==" }).header;
  ask("kv/compaction", { revision, physical: true });
}
