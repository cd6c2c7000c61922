import { describe, expect, test } from "vitest";
import { createRegistry, type Registry } from "../../../runtime/registry/registry.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { instanceInfo } from "./instances.ts";

interface Stage {
  readonly environment: VirtualEnvironment;
  readonly registry: Registry;
}

function scene(): Stage {
  const environment = createVirtualEnvironment();
  return { environment, registry: createRegistry({ environment }) };
}

describe("self-preservation of leases that are much shorter than a window", () => {
  const short = { leaseInfo: { renewalIntervalInSecs: 2, durationInSecs: 6 } };
  const long = { leaseInfo: { renewalIntervalInSecs: 30, durationInSecs: 90 } };

  /** `ids` renew every two seconds for a while. */
  async function renewOften(stage: Stage, ids: readonly string[], seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 2) {
      for (const id of ids) stage.registry.renew("SHOP", id, { isReplicated: false });
      await stage.environment.advanceAsync(2_000);
    }
  }

  function registerAll(stage: Stage, ids: readonly string[], lease: Readonly<Record<string, unknown>>): void {
    for (const id of ids) stage.registry.register(instanceInfo("SHOP", id, lease), false);
  }

  const idsFrom = (count: number, name: string): string[] =>
    Array.from({ length: count }, (_, index) => `${name}${index}`);

  test.each([
    [7, 1, 6],
    [7, 2, 7],
    [14, 2, 12],
    [14, 3, 14],
    [50, 8, 50],
    [100, 14, 86],
    [100, 15, 100],
    [100, 50, 100],
    [100, 100, 100],
  ])("of %i instances %i fall silent at any time of a window: %i are left", async (count, silent, left) => {
    for (const offset of [0, 14, 30, 58]) {
      const stage = scene();
      const ids = idsFrom(count, "i");
      registerAll(stage, ids, short);
      await renewOften(stage, ids, 180 + offset);
      await renewOften(stage, ids.slice(silent), 300);
      expect([offset, stage.registry.table.size]).toEqual([offset, left]);
      // Back again, nobody is missing who was held.
      if (left === count) await renewOften(stage, ids, 300);
      expect([offset, stage.registry.table.size]).toEqual([offset, left]);
    }
  });

  test("holds the few that are silent first when all others, with long leases, are cut off as well", async () => {
    const stage = scene();
    const quick = idsFrom(10, "quick");
    const slow = idsFrom(90, "slow");
    registerAll(stage, quick, short);
    registerAll(stage, slow, long);
    for (let half = 0; half < 6; half++) {
      for (const id of slow) stage.registry.renew("SHOP", id, { isReplicated: false });
      await renewOften(stage, quick, 30);
    }
    await stage.environment.advanceAsync(600_000);
    expect(stage.registry.table.size).toBe(100);
  });

  test("holds leases that run out before two of their intervals", async () => {
    const stage = scene();
    const ids = idsFrom(20, "i");
    registerAll(stage, ids, { leaseInfo: { renewalIntervalInSecs: 2, durationInSecs: 3 } });
    await renewOften(stage, ids, 180);
    await stage.environment.advanceAsync(600_000);
    expect(stage.registry.table.size).toBe(20);
  });
});
