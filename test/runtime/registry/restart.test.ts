import { describe, expect, test } from "vitest";
import { createRegistry, type Registry } from "../../../runtime/registry/registry.ts";
import { createVirtualEnvironment, type VirtualEnvironment } from "../../../runtime/testing/virtual-environment.ts";
import { instanceInfo } from "./instances.ts";

const intervalMs = 5_000;
const shortLease = { leaseInfo: { renewalIntervalInSecs: intervalMs / 1_000, durationInSecs: 15 } };

interface Restarted {
  readonly environment: VirtualEnvironment;
  readonly registry: Registry;
  readonly evictedAtMs: number[];
}

/** A registry that copied `count` instances, each lease `ageMs` old, as it started. All but the first `silent` renew, `phaseMs` one after the other. */
function restarted(
  count: number,
  silent: number,
  {
    ageMs = intervalMs,
    phaseMs = 0,
    lease = shortLease,
  }: { ageMs?: number; phaseMs?: number; lease?: Readonly<Record<string, unknown>> } = {},
): Restarted {
  const environment = createVirtualEnvironment();
  const startMs = environment.now();
  const evictedAtMs: number[] = [];
  const registry = createRegistry({
    environment,
    onEvent: ({ kind }) => void (kind === "evicted" && evictedAtMs.push(environment.now() - startMs)),
  });
  const ids = Array.from({ length: count }, (_, index) => `i${index}`);
  registry.fill(ids.map((id) => ({ info: instanceInfo("SHOP", id, lease), ageMs })));
  for (const [index, id] of ids.slice(silent).entries()) {
    const renew = (): void => {
      registry.renew("SHOP", id, { isReplicated: false });
      environment.setTimer(intervalMs, renew);
    };
    environment.setTimer((index * phaseMs) % intervalMs, renew);
  }
  return { environment, registry, evictedAtMs };
}

describe("a registry that was restarted, in the first window of renewals", () => {
  test.each([0, 127])("evicts a dead instance once a whole lease has passed, renewals %i ms apart", async (phaseMs) => {
    const { environment, registry, evictedAtMs } = restarted(40, 1, { phaseMs });
    await environment.advanceAsync(59_000);
    expect(registry.table.size).toBe(39);
    expect(registry.table.find("SHOP", "i0")).toBeUndefined();
    expect(evictedAtMs).toEqual([15_000]);
  });

  test("gives each lease its whole duration, however old the copy is", async () => {
    const { environment, registry } = restarted(40, 1, { ageMs: 14_000 });
    await environment.advanceAsync(14_999);
    expect(registry.table.size).toBe(40);
    await environment.advanceAsync(1);
    expect(registry.table.size).toBe(39);
  });

  test("counts the duration of each lease for itself", async () => {
    const lease = { leaseInfo: { renewalIntervalInSecs: intervalMs / 1_000, durationInSecs: 40 } };
    const { environment, evictedAtMs } = restarted(40, 1, { ageMs: 39_000, lease });
    await environment.advanceAsync(59_000);
    expect(evictedAtMs).toEqual([40_000]);
  });

  test.each([
    [1, 1],
    [6, 1],
    [7, 2],
    [14, 3],
    [50, 8],
    [100, 15],
    [100, 50],
    [100, 100],
  ])("keeps all of %i of which %i are silent, also where the others renew all at once", async (count, silent) => {
    const { environment, registry } = restarted(count, silent);
    await environment.advanceAsync(59_999);
    expect(registry.table.size).toBe(count);
  });

  test.each([
    [7, 1],
    [14, 2],
    [50, 7],
    [100, 14],
  ])("evicts as many of %i as later: %i that are silent", async (count, silent) => {
    const { environment, registry } = restarted(count, silent, { phaseMs: 127 });
    await environment.advanceAsync(59_999);
    expect(registry.table.size).toBe(count - silent);
  });
});
