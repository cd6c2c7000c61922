import type { Environment, Timer } from "../environment/environment.ts";
import type { InstanceInfo } from "./instance-info.ts";
import type { Renewals } from "./renewals.ts";
import type { InstanceTable } from "./table.ts";

/** Removes instances whose leases ran out. */
export interface Eviction {
  /** One round now. Resolves when instances that were asked have answered. */
  run(): Promise<void>;
  close(): void;
}

/** Asks an instance whether it is there. `refused`: its machine answers that nobody listens; `unknown`: no answer. */
export type Probe = (info: InstanceInfo) => Promise<"alive" | "refused" | "unknown">;

/** Settings of {@link startEviction}. */
export interface EvictionOptions {
  readonly environment: Environment;
  readonly table: InstanceTable;
  readonly renewals: Renewals;
  /** Milliseconds between rounds. */
  readonly intervalMs: number;
  /** Undefined: what self-preservation keeps stays, however dead. */
  readonly probe: Probe | undefined;
  readonly onEvict: (info: InstanceInfo, why: "expired" | "refused") => void;
}

/** Of all instances, at least what is left by one round. */
const keptShare = 0.85;
/** Instances that are asked in one round. */
const maxProbes = 64;

/**
 * A round evicts, in random order, at most 15 % of all, and nothing while self-preservation holds. Which in a cluster of up to six instances
 * means never: so those that are held back are asked, and one whose machine refuses the connection is evicted all the same. An
 * instance that merely does not answer is kept, as it may be this side that is cut off.
 */
export function startEviction(options: EvictionOptions): Eviction {
  const { environment, table, renewals, intervalMs, probe, onEvict } = options;
  let startedAtMs = environment.now();
  let timer: Timer;
  let isClosed = false;

  function arm(): void {
    startedAtMs = environment.now();
    timer = environment.setTimer(intervalMs, () => {
      void run();
      arm();
    });
    timer.unref();
  }

  async function run(): Promise<void> {
    // A round that came late was not there to take renewals either, so leases get that time on top.
    const lateMs = Math.max(0, environment.now() - startedAtMs - intervalMs);
    const expired = shuffled(table.expired(lateMs), environment);
    const alive = expired.length === 0 ? 0 : table.alive();
    const allowed = expired.filter(({ leaseInfo }) => renewals.allowsEviction(leaseInfo.durationInSecs, alive));
    const evicted = new Set(allowed.slice(0, table.size - Math.floor(table.size * keptShare)));
    const held = expired.filter((info) => !evicted.has(info));
    for (const info of evicted) evict(info, "expired");
    if (probe !== undefined) await Promise.all(held.slice(0, maxProbes).map((info) => ask(info, probe)));
  }

  async function ask(info: InstanceInfo, probe: Probe): Promise<void> {
    const answer = await probe(info).catch(() => "unknown" as const);
    const current = table.find(info.app, info.instanceId);
    const isSame = current?.leaseInfo.lastRenewalTimestamp === info.leaseInfo.lastRenewalTimestamp;
    if (answer === "refused" && isSame && !isClosed) evict(info, "refused");
  }

  function evict(info: InstanceInfo, why: "expired" | "refused"): void {
    if (table.cancel(info.app, info.instanceId)) onEvict(info, why);
  }

  arm();
  return {
    run,
    close() {
      isClosed = true;
      timer.cancel();
    },
  };
}

/** Random, so that one application is not emptied first. */
function shuffled(instances: readonly InstanceInfo[], environment: Environment): InstanceInfo[] {
  const result = [...instances];
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(environment.random() * (at + 1));
    const held = result[at] as InstanceInfo;
    result[at] = result[other] as InstanceInfo;
    result[other] = held;
  }
  return result;
}
