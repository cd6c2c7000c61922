import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Instance } from "../../../runtime/discovery/instance.ts";
import { checkDiscovery, createKeeper, type Keeper } from "../../../runtime/discovery/keeper.ts";
import { parseTarget } from "../../../runtime/discovery/parse-target.ts";
import { createSnapshotFile } from "../../../runtime/discovery/snapshot-file.ts";
import type { DiscoveryOptions } from "../../../runtime/discovery/instance-view.ts";
import { createScriptedRegistry, type ScriptedRegistry } from "../fixture/scripted-registry.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";

const service = "lab.v1.Lab";

function instance(index: number, change: Partial<Instance> = {}): Instance {
  const id = `s${index}`;
  return { id, service, address: `memory:${id}`, weight: 100, status: "up", labels: {}, ...change };
}

function instances(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => instance(index));
}

interface Site {
  readonly environment: VirtualEnvironment;
  readonly registry: ScriptedRegistry;
  readonly keeper: Keeper;
  /** Ids of each list that was given, oldest first. */
  readonly lists: string[][];
  readonly errors: Error[];
  readonly events: string[];
  /** Ids that probes find nobody at. */
  readonly dead: Set<string>;
  now(): string[];
  advance(ms: number): Promise<void>;
}

interface SiteOptions extends DiscoveryOptions {
  readonly count?: number;
  readonly isDown?: boolean;
}

async function createSite({ count = 0, isDown = false, ...options }: SiteOptions = {}): Promise<Site> {
  const environment = createVirtualEnvironment();
  const registry = createScriptedRegistry();
  registry.set(service, instances(count));
  registry.isDown = isDown;
  const lists: string[][] = [];
  const errors: Error[] = [];
  const events: string[] = [];
  const dead = new Set<string>();
  const target = parseTarget(`test:///${service}`);
  const keeper = createKeeper({
    resolver: registry,
    target,
    environment,
    discovery: checkDiscovery({ ...options, log: (event) => events.push(event) }),
    file: options.snapshotFolder === undefined ? undefined : createSnapshotFile(options.snapshotFolder, target.text),
    probe: ({ id }) => Promise.resolve(!dead.has(id)),
    onInstances: (list) => lists.push(list.map(({ id }) => id)),
    onError: (error) => errors.push(error),
  });
  const advance = (ms: number): Promise<void> => environment.advanceAsync(ms);
  await advance(1);
  const now = (): string[] => keeper.view.instances.map(({ id }) => id);
  return { environment, registry, keeper, lists, errors, events, dead, now, advance };
}

describe("what a registry says", () => {
  test("is handed on, and each change of it", async () => {
    const site = await createSite({ count: 2 });
    site.registry.set(service, instances(3));
    await site.advance(1);
    expect(site.lists).toEqual([
      ["s0", "s1"],
      ["s0", "s1", "s2"],
    ]);
    expect(site.keeper.view).toMatchObject({ origin: "registry", isStale: false, held: 0, skipped: 0 });
  });

  test("is handed on once when it is said again", async () => {
    const site = await createSite({ count: 2 });
    site.registry.set(service, instances(2));
    await site.advance(1);
    expect(site.lists).toHaveLength(1);
  });

  test("is handed on when there is nothing", async () => {
    const site = await createSite();
    expect([site.lists, site.keeper.view.isStale]).toEqual([[[]], false]);
  });

  test("stays known while it cannot be asked, with its age", async () => {
    const site = await createSite({ count: 3 });
    site.registry.isDown = true;
    await site.advance(60_000);
    expect(site.now()).toEqual(["s0", "s1", "s2"]);
    expect([site.errors, site.keeper.view.isStale, Math.round(site.keeper.view.ageMs / 1_000)]).toEqual([[], true, 60]);
  });

  test("that is no instance, or twice there, costs that entry and nothing else", async () => {
    const site = await createSite();
    const bad = { id: "bad", address: 7 } as unknown as Instance;
    site.registry.set(service, [instance(0), bad, instance(1, { weight: -1 }), instance(2)]);
    await site.advance(1);
    expect([site.now(), site.keeper.view.skipped]).toEqual([["s0", "s2"], 2]);
  });

  test("is cut at the limit, and by what is allowed", async () => {
    const site = await createSite({ maxInstances: 3, allow: ({ id }) => id !== "s1" });
    site.registry.set(service, instances(50));
    await site.advance(1);
    expect([site.now(), site.keeper.view.skipped]).toEqual([["s0", "s2", "s3"], 47]);
  });

  test("is not used by a filter that throws", async () => {
    const site = await createSite({
      count: 2,
      allow() {
        throw new Error("filter");
      },
    });
    expect(site.now()).toEqual([]);
  });
});

describe("instances that the registry no longer names", () => {
  test("are removed at once when they are few", async () => {
    const site = await createSite({ count: 10 });
    site.registry.set(service, instances(9));
    await site.advance(1);
    expect([site.now().length, site.keeper.view.held]).toEqual([9, 0]);
  });

  test.each([
    [7, 6, 6],
    [7, 5, 7],
    [10, 9, 9],
    [10, 8, 10],
    [14, 12, 12],
    [14, 11, 14],
    [100, 85, 85],
    [100, 84, 100],
    [6, 3, 3],
    [6, 0, 6],
    [1, 0, 1],
  ])("of %i: when %i are left, %i stay (held above 15 %% of at least 7, or all)", async (count, left, stay) => {
    const site = await createSite({ count });
    site.registry.set(service, instances(left));
    await site.advance(1);
    expect(site.now().length).toBe(stay);
  });

  test("are counted over one ttl, not per list", async () => {
    const site = await createSite({ count: 20 });
    for (const left of [19, 18, 17, 16, 15]) {
      site.registry.set(service, instances(left));
      await site.advance(1_000);
    }
    expect([site.now().length, site.keeper.view.held]).toEqual([17, 2]);
    const slow = await createSite({ count: 20 });
    for (const left of [19, 18, 17, 16, 15]) {
      slow.registry.set(service, instances(left));
      await slow.advance(15_001);
    }
    expect(slow.now().length).toBe(15);
  });

  test("are held for one ttl, then let go", async () => {
    const site = await createSite({ count: 10 });
    site.registry.set(service, instances(5));
    await site.advance(14_990);
    expect(site.now().length).toBe(10);
    await site.advance(20);
    expect([site.now().length, site.keeper.view.held]).toEqual([5, 0]);
    expect(site.events).toContain("released");
  });

  test("are no longer held once they are named again", async () => {
    const site = await createSite({ count: 10 });
    site.registry.forget();
    await site.advance(1_000);
    expect([site.now().length, site.keeper.view.held]).toEqual([10, 10]);
    site.registry.set(service, instances(10));
    await site.advance(60_000);
    expect([site.now().length, site.keeper.view.held]).toEqual([10, 0]);
  });

  test("go at once when a probe finds nobody there", async () => {
    const site = await createSite({ count: 10 });
    for (const index of [5, 6, 7]) site.dead.add(`s${index}`);
    site.registry.set(service, instances(5));
    await site.advance(100);
    expect(site.now()).toEqual(["s0", "s1", "s2", "s3", "s4", "s8", "s9"]);
  });

  test("go at once when their user cannot reach them", async () => {
    const site = await createSite({ count: 10 });
    site.registry.set(service, []);
    await site.advance(100);
    site.keeper.lost("s3");
    expect([site.now().includes("s3"), site.now().length, site.registry.refreshes]).toEqual([false, 9, 1]);
  });

  test("are held for one ttl after the registry was out of reach, however few", async () => {
    const site = await createSite({ count: 10 });
    site.registry.isDown = true;
    await site.advance(20_000);
    site.registry.set(service, instances(9));
    site.registry.isDown = false;
    await site.advance(100);
    expect(site.now().length).toBe(10);
    await site.advance(15_000);
    expect(site.now().length).toBe(9);
  });

  test("stay while the registry says that it does not know all", async () => {
    const site = await createSite({ count: 5 });
    site.registry.set(service, [instance(7)], false);
    await site.advance(60_000);
    expect(site.now().toSorted((a, b) => a.localeCompare(b))).toEqual(["s0", "s1", "s2", "s3", "s4", "s7"]);
  });
});

describe("the file of an earlier run", () => {
  async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "rpcgen-snapshot-"));
    try {
      await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Lets writes and reads of files happen, which virtual time does not wait for. */
  async function settled(site: Site, isDone: () => boolean | Promise<boolean>): Promise<void> {
    // Files are read and written in real time, however fast the virtual one goes; the limit is that of the test.
    for (let turns = 0; !(await isDone()); turns++) {
      if (turns < 2_000) await site.advance(1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  test("is used, and marked stale, when the registry is down at the start", () =>
    inFolder(async (snapshotFolder) => {
      const first = await createSite({ count: 3, snapshotFolder });
      await first.keeper.close();
      const second = await createSite({ isDown: true, snapshotFolder });
      await settled(second, () => second.now().length > 0);
      expect(second.now()).toEqual(["s0", "s1", "s2"]);
      expect(second.keeper.view).toMatchObject({ origin: "file", isStale: true });
      expect(second.errors).toEqual([]);
      second.registry.isDown = false;
      await second.advance(10);
      expect(second.keeper.view).toMatchObject({ origin: "registry", isStale: false });
      await second.keeper.close();
    }));

  test("is written in one step a second after a change, readable by its owner only", () =>
    inFolder(async (snapshotFolder) => {
      const site = await createSite({ count: 2, snapshotFolder });
      await site.advance(900);
      expect(await readdir(snapshotFolder)).toEqual([]);
      await site.advance(200);
      await settled(site, async () => (await readdir(snapshotFolder)).some((name) => name.endsWith(".json")));
      const [name = ""] = await readdir(snapshotFolder);
      const data = JSON.parse(await readFile(join(snapshotFolder, name), "utf8")) as Record<string, unknown>;
      expect(data).toMatchObject({ version: 1, target: `test:///${service}` });
      await site.keeper.close();
    }));

  test.each([
    ["no JSON", "{"],
    ["another version", '{"version":2,"instances":[]}'],
    ["another target", '{"version":1,"target":"test:///other","atMs":1,"instances":[]}'],
  ])("is not used when it is %s", (_name, text) =>
    inFolder(async (snapshotFolder) => {
      const first = await createSite({ count: 1, snapshotFolder });
      await first.keeper.close();
      const [name = ""] = await readdir(snapshotFolder);
      await writeFile(join(snapshotFolder, name), text);
      const second = await createSite({ isDown: true, snapshotFolder });
      await settled(second, () => second.errors.length > 0);
      expect(second.now()).toEqual([]);
      await second.keeper.close();
    }),
  );
});

test.each([
  [{ ttlMs: 5 }, /ttlMs is 5/],
  [{ maxInstances: 0 }, /maxInstances is 0/],
  [{ snapshotFolder: "" }, /snapshotFolder/],
])("the settings %j are refused", (options, message) => {
  expect(() => checkDiscovery(options)).toThrow(message);
});
