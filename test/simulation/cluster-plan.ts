import { createRandom } from "../../runtime/testing/index.ts";
import type { Plan, Random } from "./plan.ts";
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
  readonly seed: number;
  /** Nothing is lost and nobody fails: instances drain, restart, leave the list and are slow, and no call may fail. */
  readonly isCalm: boolean;
  readonly instances: number;
  readonly maxDelayMs: number;
  readonly balancer: "p2c" | "round-robin" | "least-loaded" | "consistent-hash";
  readonly budgetRatio: number;
  readonly faults: readonly Fault[];
  readonly breaker: "none" | "threshold" | "sre";
  /** Extra attempts per hedged call; undefined: nothing is hedged. */
  readonly hedgeShare: number | undefined;
  readonly hasStreams: boolean;
}

/** One call of such a run. */
export interface ClusterPlan extends Pick<Plan, "index" | "name" | "startMs" | "handlerDelayMs" | "bytes" | "items"> {
  readonly kind: Exclude<Plan["kind"], "oneway">;
  readonly isIdempotent: boolean;
  /** Its mode hedges, if it may be. */
  readonly isHedged: boolean;
  readonly readerDelayMs: number;
  /** What its handler takes for each item. */
  readonly itemDelayMs: number;
  /** Items after which the reader leaves. */
  readonly leaveAfter: number | undefined;
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
  if (isCalm) faults.push(...createRollingDrain(seed, instances, calls));
  return {
    seed,
    isCalm,
    instances,
    maxDelayMs: pick(random, [0, 1, 5, 30]),
    balancer: pick(random, ["p2c", "p2c", "round-robin", "least-loaded", "consistent-hash"]),
    budgetRatio: pick(random, [0.05, 0.2, 1]),
    faults,
    ...createExtras(seed),
  };
}

/** Some calm seeds replace their instances in turn, several times over: the one that is just back must be used at once, as the next ones leave. */
function createRollingDrain(seed: number, instances: number, calls: number): readonly Fault[] {
  const random = createRandom(seed * 4_001 + 13);
  if (random() >= 0.3) return [];
  const [stepMs, lastsMs] = [pick(random, [100, 250, 500]), pick(random, [100, 700])];
  const drains = Math.floor((calls * paceMs * 0.8) / stepMs);
  return Array.from({ length: drains }, (_, index): Fault => ({
    kind: "drain",
    instance: index % instances,
    atMs: 200 + index * stepMs,
    lastsMs,
  }));
}

/** A third of the seeds have nothing but failover, as a cluster by itself has. */
function createExtras(seed: number): Pick<ClusterWeather, "breaker" | "hedgeShare" | "hasStreams"> {
  const random = createRandom(seed * 2_003 + 7);
  if (random() < 0.33) return { breaker: "none", hedgeShare: undefined, hasStreams: false };
  return {
    breaker: pick(random, ["none", "threshold", "threshold", "sre"]),
    hedgeShare: pick(random, [undefined, 0.1, 0.5]),
    hasStreams: random() < 0.7,
  };
}

export function createClusterPlans(count: number, weather: ClusterWeather, random: Random): ClusterPlan[] {
  const extras = createRandom(weather.seed * 3_001 + 11);
  return Array.from({ length: count }, (_, index) => ({
    index,
    name: `call-${index}`,
    startMs: Math.floor(random() * count * paceMs),
    isIdempotent: random() < 0.6,
    handlerDelayMs: pick(random, [0, 0, 1, 10, 60]),
    isHedged: weather.hedgeShare !== undefined && extras() < 0.6,
    ...(weather.hasStreams && extras() < 0.3 ? createStream(extras) : noStream),
  }));
}

type Stream = Pick<ClusterPlan, "kind" | "bytes" | "items" | "itemDelayMs" | "readerDelayMs" | "leaveAfter">;

const noStream: Stream = { kind: "unary", bytes: 0, items: 0, itemDelayMs: 0, readerDelayMs: 0, leaveAfter: undefined };

/** Some are longer than what a stream may send before it is read. */
function createStream(random: Random): Stream {
  const kind = pick(random, ["list", "list", "sum", "chat"] as const);
  const isRead = kind !== "sum";
  return {
    kind,
    ...pick(random, [
      { bytes: 30, items: 0 },
      { bytes: 30, items: 3 },
      { bytes: 300, items: 20 },
      { bytes: 12_000, items: 30 },
    ]),
    itemDelayMs: pick(random, [0, 0, 5, 30]),
    readerDelayMs: isRead ? pick(random, [0, 0, 2, 20]) : 0,
    leaveAfter: isRead && random() < 0.2 ? pick(random, [1, 2, 5]) : undefined,
  };
}
