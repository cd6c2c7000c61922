import type { Random } from "./plan.ts";
import { pick } from "./plan.ts";

/** What befalls one instance for a while. */
export interface Fault {
  readonly kind: "kill" | "cut" | "slow" | "errors" | "drain" | "restart" | "remove";
  readonly instance: number;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** What a seed decides for a run over several instances. */
export interface ClusterWeather {
  /** Nothing is lost and nobody fails: instances drain, restart, leave the list and are slow, and no call may fail. */
  readonly isCalm: boolean;
  readonly instances: number;
  readonly maxDelayMs: number;
  readonly balancer: "p2c" | "round-robin" | "least-loaded" | "consistent-hash";
  readonly budgetRatio: number;
  readonly faults: readonly Fault[];
}

/** One call of such a run. */
export interface ClusterPlan {
  readonly index: number;
  readonly name: string;
  readonly startMs: number;
  readonly isIdempotent: boolean;
  readonly handlerDelayMs: number;
}

/** Milliseconds in which the calls of a run begin, per call. */
const paceMs = 10;

/** Every other seed is calm. */
export function createClusterWeather(seed: number, calls: number, random: Random): ClusterWeather {
  const isCalm = seed % 2 === 0;
  const instances = pick(random, [3, 5, 8]);
  const kinds: readonly Fault["kind"][] = isCalm
    ? ["slow", "drain", "restart", "remove"]
    : ["kill", "kill", "cut", "cut", "slow", "errors", "errors", "drain", "restart", "remove"];
  const count = isCalm ? pick(random, [2, 4, 8]) : pick(random, [2, 6, 12]);
  const faults = Array.from({ length: count }, (): Fault => ({
    kind: pick(random, kinds),
    instance: Math.floor(random() * instances),
    atMs: 200 + Math.floor(random() * calls * paceMs * 0.8),
    lastsMs: pick(random, [100, 700, 2_500]),
  }));
  // What most instances have in common: a service behind them that fails.
  if (!isCalm && random() < 0.5) {
    const atMs = Math.floor(random() * calls * paceMs * 0.5);
    for (let instance = 1; instance < instances; instance++)
      faults.push({ kind: "errors", instance, atMs, lastsMs: 2_500 });
  }
  return {
    isCalm,
    instances,
    maxDelayMs: pick(random, [0, 1, 5, 30]),
    balancer: pick(random, ["p2c", "p2c", "round-robin", "least-loaded", "consistent-hash"]),
    budgetRatio: pick(random, [0.05, 0.2, 1]),
    faults,
  };
}

export function createClusterPlans(count: number, random: Random): ClusterPlan[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `call-${index}`,
    startMs: Math.floor(random() * count * paceMs),
    isIdempotent: random() < 0.6,
    handlerDelayMs: pick(random, [0, 0, 1, 10, 60]),
  }));
}
