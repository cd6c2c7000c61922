import { describe, expect, test } from "vitest";
import { answer } from "../../../runtime/registry/api.ts";
import type { InstanceInfo } from "../../../runtime/registry/instance-info.ts";
import { createRegistry, type Registry } from "../../../runtime/registry/registry.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { churn } from "./churn.ts";
import { instanceInfo } from "./instances.ts";

/** Two registries that tell each other, until the test cuts them apart. */
function pair() {
  const environment = createVirtualEnvironment();
  const registries: Registry[] = [];
  const link = { isCut: false };
  for (const other of [1, 0]) {
    const send = (body: unknown): Promise<{ status: number; body: unknown }> => {
      if (link.isCut) return Promise.reject(new Error("cut off"));
      const request = { method: "POST", path: ["peerreplication", "batch"], query: new Map<string, string>() };
      const scope = {
        registry: registries[other] as Registry,
        isReady: true,
        wallClock: () => environment.wallClock(),
      };
      const received: unknown = JSON.parse(JSON.stringify(body));
      const { status, json } = answer({ ...request, isReplicated: true, isCompact: false, body: received }, scope);
      return Promise.resolve({ status, body: json });
    };
    registries.push(createRegistry({ environment, peers: [{ name: `r${other}`, send }] }));
  }
  const [a, b] = registries as [Registry, Registry];
  return {
    a,
    b,
    link,
    environment,
    statuses: () => [a, b].map(({ table }) => table.find("SHOP", "x")?.status),
    async renewAt(registry: Registry) {
      registry.renew("SHOP", "x", { isReplicated: false });
      await environment.advanceAsync(20_000);
    },
  };
}

const outOfService = { isReplicated: false, status: "OUT_OF_SERVICE", isRemoval: false } as const;
const takenBack = { isReplicated: false, status: "UP", isRemoval: true } as const;
const back: InstanceInfo = instanceInfo("SHOP", "x", { lastDirtyTimestamp: 9_000 });

describe("an override", () => {
  test("that one registry has forgotten with its instance comes back with the first renewal", async () => {
    const { a, b, environment, renewAt, statuses } = pair();
    a.register(instanceInfo("SHOP", "x"), false);
    a.setStatus("SHOP", "x", outOfService);
    await environment.advanceAsync(1_000);
    a.table.cancel("SHOP", "x");
    a.register(back, false);
    await environment.advanceAsync(1_000);
    expect(statuses()).toEqual(["UP", "OUT_OF_SERVICE"]);
    await renewAt(a);
    expect(statuses()).toEqual(["OUT_OF_SERVICE", "OUT_OF_SERVICE"]);
    expect(b.table.overrides).toEqual({ "SHOP/x": "OUT_OF_SERVICE" });
  });

  test.each(["a", "b"] as const)(
    "that was taken back while registries were cut apart stays so, renewed at %s",
    async (home) => {
      const both = pair();
      const { a, environment, link, renewAt, statuses } = both;
      a.register(instanceInfo("SHOP", "x"), false);
      a.setStatus("SHOP", "x", outOfService);
      await environment.advanceAsync(1_000);
      link.isCut = true;
      a.setStatus("SHOP", "x", takenBack);
      // What was to be told is lost, as by a restart.
      for (const peer of a.peers) peer.close();
      link.isCut = false;
      expect(statuses()).toEqual(["UP", "OUT_OF_SERVICE"]);
      await renewAt(both[home]);
      expect(statuses()).toEqual(home === "b" ? ["UP", "UP"] : ["UP", "OUT_OF_SERVICE"]);
      await renewAt(both.b);
      expect(statuses()).toEqual(["UP", "UP"]);
    },
  );

  test("of two that were set apart the later one holds at both", async () => {
    const { a, b, environment, link, renewAt, statuses } = pair();
    a.register(instanceInfo("SHOP", "x"), false);
    await environment.advanceAsync(1_000);
    link.isCut = true;
    b.setStatus("SHOP", "x", { ...outOfService, status: "DOWN" });
    await environment.advanceAsync(1_000);
    a.setStatus("SHOP", "x", outOfService);
    link.isCut = false;
    await renewAt(a);
    expect(statuses()).toEqual(["OUT_OF_SERVICE", "OUT_OF_SERVICE"]);
  });

  test("is not believed to be from a time far ahead: a later one can take its place", () => {
    const { a, environment } = pair();
    const far = { overriddenstatus: "OUT_OF_SERVICE", overriddenTimestamp: Number.MAX_SAFE_INTEGER };
    a.register(instanceInfo("SHOP", "x", far), true);
    expect(a.table.find("SHOP", "x")?.overriddenTimestamp).toBeLessThan(environment.wallClock() + 2 * 86_400_000);
    a.setStatus("SHOP", "x", takenBack);
    expect(a.table.find("SHOP", "x")?.status).toBe("UP");
  });
});

test.each([2, 3, 4])(
  "registries agree although instances come back before all have forgotten them (seed %i)",
  async (seed) => {
    const report = await churn({ clients: 1_000, seed, awayMs: 30_000, overrideChance: 0.02 });
    expect(report.faults).toEqual([]);
  },
  60_000,
);
