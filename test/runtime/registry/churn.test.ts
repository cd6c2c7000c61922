import { expect, test } from "vitest";
import { createPeer, type PeerTask } from "../../../runtime/registry/peer.ts";
import { createVirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { churn } from "./churn.ts";
import { instanceInfo } from "./instances.ts";

/** The same with 100,000 clients: node test/simulation/registry.mjs */
test.each([1])(
  "three registries agree after churn, a partition and a restart (seed %i)",
  async (seed) => {
    const report = await churn({ clients: 2_000, seed });
    expect(report.faults).toEqual([]);
    expect(report.alive).toBeGreaterThan(1_000);
    expect(report.maxGhosts).toBe(0);
    // What just came may be on its way; what has been there for a while may not.
    expect(Math.max(...Object.values(report.missingAfter))).toBeLessThan(10);
    expect(report.maxWaiting).toBeLessThanOrEqual(10_000);
  },
  60_000,
);

function task(action: PeerTask["action"], id: string): PeerTask {
  return { action, app: "SHOP", id, info: instanceInfo("SHOP", id), keptMs: 3_600_000 };
}

test("a peer that answers is told at the pace at which things happen", async () => {
  const environment = createVirtualEnvironment();
  let told = 0;
  const peer = createPeer({
    name: "other",
    environment,
    current: () => undefined,
    onNewer: () => undefined,
    async send(body) {
      told += (body as { replicationList: unknown[] }).replicationList.length;
      return { status: 200, body: {} };
    },
  });
  for (let at = 0; at < 5_000; at++) peer.push(task("Heartbeat", `i${at}`));
  await environment.advanceAsync(600);
  expect(told).toBe(5_000);
  peer.close();
});

test("a peer that is out of reach is not asked more often because much happens; statuses outlive heartbeats", async () => {
  const environment = createVirtualEnvironment();
  const told: string[] = [];
  let isCut = true;
  let attempts = 0;
  const peer = createPeer({
    name: "other",
    environment,
    current: () => undefined,
    onNewer: () => undefined,
    async send(body) {
      attempts++;
      if (isCut) throw new Error("cut off");
      const { replicationList } = body as unknown as { replicationList: readonly { action: string }[] };
      told.push(...replicationList.map(({ action }) => action));
      return { status: 200, body: {} };
    },
  });
  peer.push(task("StatusUpdate", "first"));
  await environment.advanceAsync(1_000);
  for (let at = 0; at < 20_000; at++) {
    peer.push(task("Heartbeat", `i${at}`));
    if (at % 100 === 0) await environment.advanceAsync(100);
  }
  expect(attempts).toBeLessThan(20);
  expect(peer.waiting).toBe(10_000);
  isCut = false;
  await environment.advanceAsync(10_000);
  expect(told.filter((action) => action === "StatusUpdate")).toHaveLength(1);
  expect(told[0]).toBe("StatusUpdate");
  expect(peer.waiting).toBe(0);
  peer.close();
});
