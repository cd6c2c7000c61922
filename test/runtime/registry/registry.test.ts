import { describe, expect, test } from "vitest";
import type { InstanceInfo } from "../../../runtime/registry/instance-info.ts";
import {
  createRegistry,
  type InstanceCopy,
  type Registry,
  type RegistryOptions,
} from "../../../runtime/registry/registry.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { instanceInfo } from "./instances.ts";

interface Scene {
  readonly environment: VirtualEnvironment;
  readonly registry: Registry;
}

function scene(options: Partial<RegistryOptions> = {}): Scene {
  const environment = createVirtualEnvironment();
  return { environment, registry: createRegistry({ environment, ...options }) };
}

function registerMany({ registry }: Scene, count: number): readonly string[] {
  const ids = Array.from({ length: count }, (_, index) => `i${index}`);
  for (const id of ids) registry.register(instanceInfo("SHOP", id), false);
  return ids;
}

/** Lets all of `ids` renew every 30 s. */
async function renewFor({ environment, registry }: Scene, ids: readonly string[], minutes: number): Promise<void> {
  for (let half = 0; half < minutes * 2; half++) {
    for (const id of ids) registry.renew("SHOP", id, { isReplicated: false });
    await environment.advanceAsync(30_000);
  }
}

const idsOf = (registry: Registry): readonly string[] =>
  registry.table.applications().flatMap(({ instances }) => instances.map(({ instanceId }) => instanceId));

describe("registering", () => {
  test("counts a registration and keeps what is newer", () => {
    const { registry } = scene();
    expect(registry.register(instanceInfo("SHOP", "a", { lastDirtyTimestamp: 9, hostName: "new" }), false)).toBe(204);
    registry.register(instanceInfo("SHOP", "a", { lastDirtyTimestamp: 8, hostName: "old" }), true);
    expect(registry.table.find("SHOP", "a")).toMatchObject({ hostName: "new", lastDirtyTimestamp: 9 });
    expect(registry.table.size).toBe(1);
  });

  test("is refused above the limit, but not for who is there", () => {
    const { registry } = scene({ maxInstances: 1 });
    expect(registry.register(instanceInfo("SHOP", "a"), false)).toBe(204);
    expect(registry.register(instanceInfo("SHOP", "b"), false)).toBe(503);
    expect(registry.register(instanceInfo("SHOP", "a"), false)).toBe(204);
  });

  test("leaves names of other case apart", () => {
    const { registry } = scene();
    registry.register(instanceInfo("SHOP", "a"), false);
    expect(registry.renew("shop", "a", { isReplicated: false }).status).toBe(404);
  });
});

describe("leases that are copied from a peer", () => {
  const copy = (ageMs: number): InstanceCopy => ({ info: instanceInfo("SHOP", "a"), ageMs });

  test("end when they end there: a dead instance does not live on through restarts", async () => {
    const { registry, environment } = scene({ selfPreservation: false });
    registry.fill([copy(60_000)]);
    await environment.advanceAsync(30_000);
    expect(registry.table.size).toBe(1);
    await environment.advanceAsync(10_000);
    expect(registry.table.size).toBe(0);
  });

  test("make none older that was renewed here", async () => {
    const { registry, environment } = scene({ selfPreservation: false });
    registry.register(instanceInfo("SHOP", "a"), false);
    registry.fill([copy(80_000)]);
    await environment.advanceAsync(60_000);
    expect(registry.table.size).toBe(1);
  });

  test("are as old as the peer that renewed them last says", async () => {
    const { registry, environment } = scene({ selfPreservation: false });
    registry.fill([copy(80_000), copy(10_000)]);
    await environment.advanceAsync(60_000);
    expect(registry.table.size).toBe(1);
  });
});

describe("renewing", () => {
  test.each([
    ["the same age", 1_000, false, 200],
    ["older, from a client", 999, false, 200],
    ["older, from a peer", 999, true, 409],
    ["newer: it has to register", 1_001, false, 404],
  ])("what is of %s", (_name, lastDirtyTimestamp, isReplicated, status) => {
    const { registry } = scene();
    registry.register(instanceInfo("SHOP", "a"), false);
    expect(registry.renew("SHOP", "a", { isReplicated, lastDirtyTimestamp }).status).toBe(status);
  });

  test("nobody who is not there", () => {
    expect(scene().registry.renew("SHOP", "a", { isReplicated: false })).toEqual({ status: 404 });
  });
});

describe("a status set from outside", () => {
  test("outlives renewals and registrations until it is taken back", () => {
    const { registry } = scene();
    registry.register(instanceInfo("SHOP", "a"), false);
    registry.setStatus("SHOP", "a", { isReplicated: false, status: "OUT_OF_SERVICE", isRemoval: false });
    registry.renew("SHOP", "a", { isReplicated: false });
    registry.register(instanceInfo("SHOP", "a", { lastDirtyTimestamp: 2_000 }), false);
    expect(registry.table.find("SHOP", "a")).toMatchObject({
      status: "OUT_OF_SERVICE",
      overriddenStatus: "OUT_OF_SERVICE",
    });
    registry.setStatus("SHOP", "a", { isReplicated: false, status: "UP", isRemoval: true });
    expect(registry.table.find("SHOP", "a")).toMatchObject({ status: "UP", overriddenStatus: "UNKNOWN" });
  });

  test("does not bring an instance up that says it is down", () => {
    const { registry } = scene();
    registry.register(instanceInfo("SHOP", "a", { status: "STARTING" }), false);
    registry.setStatus("SHOP", "a", { isReplicated: false, status: "UP", isRemoval: false });
    registry.register(instanceInfo("SHOP", "a", { status: "DOWN", lastDirtyTimestamp: 3_000 }), false);
    expect(registry.table.find("SHOP", "a")?.status).toBe("DOWN");
  });
});

describe("changes", () => {
  test("are told once each, the last of an instance, with the hash of everything", () => {
    const { registry } = scene();
    for (const id of ["a", "b", "c"]) registry.register(instanceInfo("SHOP", id), false);
    registry.setStatus("SHOP", "b", { isReplicated: false, status: "OUT_OF_SERVICE", isRemoval: false });
    registry.cancel("SHOP", "c", false);
    const { applications, hash } = registry.table.changes();
    const told = applications[0]?.instances.map(({ instanceId, actionType }) => [instanceId, actionType]);
    expect(told).toEqual([
      ["a", "ADDED"],
      ["b", "MODIFIED"],
      ["c", "DELETED"],
    ]);
    expect(hash).toBe("OUT_OF_SERVICE_1_UP_1_");
  });

  test("are forgotten after their time, so that nothing grows", async () => {
    const { registry, environment } = scene({ changesKeptMs: 1_000 });
    registry.register(instanceInfo("SHOP", "a"), false);
    await environment.advanceAsync(1_001);
    expect(registry.table.changes().applications).toEqual([]);
  });

  test("reach those who watch the application, and nobody else", () => {
    const { registry } = scene();
    const heard: string[] = [];
    const end = registry.watch("SHOP", () => heard.push("SHOP"));
    registry.watch("OTHER", () => heard.push("OTHER"));
    registry.register(instanceInfo("SHOP", "a"), false);
    end();
    registry.cancel("SHOP", "a", false);
    expect(heard).toEqual(["SHOP"]);
  });
});

describe("self-preservation", () => {
  /** Of `count` instances that renewed for three minutes, `silent` fall silent for good. */
  async function leftAfter(count: number, silent: number, options: Partial<RegistryOptions> = {}): Promise<number> {
    const stage = scene(options);
    const ids = registerMany(stage, count);
    await renewFor(stage, ids, 3);
    await renewFor(stage, ids.slice(silent), 10);
    return idsOf(stage.registry).length;
  }

  test.each([
    [1, 1, 1],
    [6, 1, 6],
    [7, 1, 6],
    [7, 2, 7],
    [14, 2, 12],
    [14, 3, 14],
    [50, 7, 43],
    [50, 8, 50],
    [100, 14, 86],
    [100, 15, 100],
  ])("of %i instances %i fall silent: %i are left, as in Eureka", async (count, silent, left) => {
    expect(await leftAfter(count, silent)).toBe(left);
  });

  test("switched off, evicts all that are silent, 15 % in a round", async () => {
    expect(await leftAfter(100, 50, { selfPreservation: false })).toBe(50);
  });

  test("evicts an instance that it would keep when its machine says that nobody listens", async () => {
    expect(await leftAfter(3, 1, { probe: () => Promise.resolve("refused") })).toBe(2);
  });

  test.each(["alive", "unknown"] as const)("keeps one whose machine answers %s", async (answer) => {
    expect(await leftAfter(3, 1, { probe: () => Promise.resolve(answer) })).toBe(3);
  });

  test("keeps one that renewed while it was asked", async () => {
    const stage = scene({
      probe: () => {
        stage.registry.renew("SHOP", "i0", { isReplicated: false });
        return Promise.resolve("refused");
      },
    });
    registerMany(stage, 2);
    await stage.environment.advanceAsync(1);
    await renewFor(stage, ["i1"], 2);
    expect(idsOf(stage.registry)).toEqual(["i0", "i1"]);
  });

  test("gives the time back in which the registry itself stood still", async () => {
    const late = scene({ selfPreservation: false, evictionIntervalMs: 60_000 });
    registerMany(late, 1);
    await late.environment.advanceAsync(59_000);
    await late.registry.evict();
    expect(late.registry.table.size).toBe(1);
  });
});

describe("peers", () => {
  interface Pair {
    readonly environment: VirtualEnvironment;
    readonly a: Registry;
    readonly b: Registry;
    cut: boolean;
  }

  /** Two registries that replicate to each other over a line that can be cut. */
  async function pair(): Promise<Pair> {
    const { answer } = await import("../../../runtime/registry/api.ts");
    const environment = createVirtualEnvironment();
    const line = { cut: false };
    const registries: Registry[] = [];
    const linkTo = (index: number) => ({
      name: `peer ${index}`,
      send: async (body: unknown) => {
        if (line.cut) throw new Error("cut");
        const scope = {
          registry: registries[index] as Registry,
          isReady: true,
          wallClock: () => environment.wallClock(),
        };
        const sent: unknown = JSON.parse(JSON.stringify(body));
        const { status, json } = answer(
          {
            method: "POST",
            path: ["peerreplication", "batch"],
            query: new Map(),
            isReplicated: true,
            isCompact: false,
            body: sent,
          },
          scope,
        );
        return { status, body: JSON.parse(JSON.stringify(json)) as unknown };
      },
    });
    registries.push(
      createRegistry({ environment, peers: [linkTo(1)] }),
      createRegistry({ environment, peers: [linkTo(0)] }),
    );
    const [a, b] = registries as [Registry, Registry];
    return Object.assign(line, { environment, a, b });
  }

  const seen = (registry: Registry, id: string): InstanceInfo | undefined => registry.table.find("SHOP", id);

  test("learn of registrations, status, cancellation; and tell nobody what they were told", async () => {
    const { environment, a, b } = await pair();
    a.register(instanceInfo("SHOP", "x"), false);
    await environment.advanceAsync(600);
    expect(seen(b, "x")).toMatchObject({ status: "UP" });
    expect(b.peers[0]?.waiting).toBe(0);
    a.setStatus("SHOP", "x", { isReplicated: false, status: "OUT_OF_SERVICE", isRemoval: false });
    await environment.advanceAsync(600);
    expect(seen(b, "x")).toMatchObject({ status: "OUT_OF_SERVICE" });
    a.cancel("SHOP", "x", false);
    await environment.advanceAsync(600);
    expect(seen(b, "x")).toBeUndefined();
  });

  test("of several renewals between two batches only the last travels", async () => {
    const { environment, a } = await pair();
    a.register(instanceInfo("SHOP", "x"), false);
    for (let times = 0; times < 100; times++) a.renew("SHOP", "x", { isReplicated: false });
    expect(a.peers[0]?.waiting).toBe(2);
    await environment.advanceAsync(600);
    expect(a.peers[0]?.waiting).toBe(0);
  });

  test("cut apart both serve; healed they agree, whatever expired meanwhile", async () => {
    const both = await pair();
    const { environment, a, b } = both;
    a.register(instanceInfo("SHOP", "old"), false);
    await environment.advanceAsync(600);
    both.cut = true;
    a.register(instanceInfo("SHOP", "left"), false);
    b.register(instanceInfo("SHOP", "right"), false);
    b.register(instanceInfo("SHOP", "old", { lastDirtyTimestamp: 5_000, hostName: "moved" }), false);
    for (let times = 0; times < 4; times++) {
      await environment.advanceAsync(30_000);
      for (const [registry, id] of [
        [a, "left"],
        [b, "right"],
        [a, "old"],
        [b, "old"],
      ] as const)
        registry.renew("SHOP", id, { isReplicated: false });
    }
    expect(seen(b, "left")).toBeUndefined();
    both.cut = false;
    for (let times = 0; times < 2; times++) {
      for (const [registry, id] of [
        [a, "left"],
        [b, "right"],
        [a, "old"],
      ] as const)
        registry.renew("SHOP", id, { isReplicated: false });
      await environment.advanceAsync(30_000);
    }
    expect(idsOf(a).toSorted()).toEqual(["left", "old", "right"]);
    expect(idsOf(b).toSorted()).toEqual(["left", "old", "right"]);
    expect(seen(a, "old")).toMatchObject({ hostName: "moved", lastDirtyTimestamp: 5_000 });
    expect(a.table.changes().hash).toBe(b.table.changes().hash);
  });

  test("that cannot be reached cost no more than the queue's bound", async () => {
    const both = await pair();
    both.cut = true;
    for (let index = 0; index < 10_100; index++) both.a.register(instanceInfo("SHOP", `i${index}`), false);
    await both.environment.advanceAsync(1_000);
    expect(both.a.peers[0]?.waiting).toBe(10_000);
    await both.environment.advanceAsync(36_000);
    expect(both.a.peers[0]?.waiting).toBe(0);
  });
});
