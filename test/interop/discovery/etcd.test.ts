import { execFileSync } from "node:child_process";
import { expect } from "vitest";
import { etcd } from "../../../runtime/discovery/etcd/etcd.ts";
import { faultsOfKernel } from "./fixture/kernel.ts";
import { startProvider } from "./fixture/provider-process.ts";
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
      faultsOfKernel(worldTest, "etcd");

      // What pings too often is sent away at the third ping (`too_many_pings`), that is before the lease of the second process has ended.
      worldTest(
        "an idle watch is pinged at a pace that the server bears (R12)",
        async ({ server, service, watch, log }) => {
          const observer = watch();
          const provider = await startProvider(`etcd://${server.authority}/${service}`, "a", 15_000);
          await observer.untilIds("a");
          await provider.kill();
          await observer.untilIds();
          expect(observer.errors).toEqual([]);
          expect(log).toEqual([expect.stringMatching(/^connected /)]);
        },
      );

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
