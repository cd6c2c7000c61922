import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import type { Outcome } from "../outcome.ts";
import type { RoutedCall } from "../routed-call.ts";
import { isEndpointFault } from "./endpoint-fault.ts";
import { fittest, isFit } from "./fitness.ts";
import { createWeightedDraw, type WeightedDraw } from "./weighted-draw.ts";

/** Settings of {@link p2c}. */
export interface P2cOptions {
  /** Milliseconds in which what is known of an endpoint's latency loses all but a third of its weight. Default: 10,000, as Finagle has it. */
  readonly decayMs?: number | undefined;
}

const defaultDecayMs = 10_000;
/** Cost in milliseconds of an endpoint that was never heard of and has calls under way: nobody knows how it does, so one call at a time. */
const unknownCostMs = 10_000;
/** What is known is never 0. */
const minCostMs = 0.001;
/** A fault counts as twice the latency that was known, up to this: an endpoint that fails fast must not look like a fast one. */
const faultFactor = 2;
const maxFaultMs = 10_000;
const minFaultMs = 1;
/** Loads that are closer than this are alike: then the chance goes by weight, which the first was drawn by. */
const clearlyLess = 0.9;
/** Pairs that are drawn before all endpoints are looked at. */
const maxDraws = 4;

/**
 * The default: of two endpoints drawn by weight, the one with less load, which is its latency times the calls that it has. The latency is a moving
 * average that follows a rise at once and a fall slowly (peak EWMA), so slow or stalled endpoints get next to nothing within a few calls.
 *
 * @throws RangeError for options that cannot work
 */
export function p2c({ decayMs = defaultDecayMs }: P2cOptions = {}): BalancerKind {
  if (!(decayMs > 0 && decayMs <= 3_600_000)) {
    throw new RangeError(`decayMs is ${String(decayMs)}; expected milliseconds above 0, up to an hour.`);
  }
  return Object.freeze<BalancerKind>({
    name: "p2c",
    create: ({ environment }) => new PeakEwma(environment, decayMs),
  });
}

interface Node {
  readonly endpoint: Endpoint;
  /** Milliseconds; 0: nothing is known. */
  costMs: number;
  atMs: number;
}

class PeakEwma implements Balancer {
  private readonly environment: Environment;
  private readonly decayMs: number;
  private nodes: Map<Endpoint, Node>;
  private list: readonly Node[];
  private endpoints: readonly Endpoint[];
  private draw: WeightedDraw;

  constructor(environment: Environment, decayMs: number) {
    this.environment = environment;
    this.decayMs = decayMs;
    this.nodes = new Map();
    this.list = [];
    this.endpoints = [];
    this.draw = createWeightedDraw([]);
  }

  update(endpoints: readonly Endpoint[]): void {
    const earlier = this.nodes;
    this.list = endpoints.map((endpoint) => earlier.get(endpoint) ?? { endpoint, costMs: 0, atMs: 0 });
    this.nodes = new Map(this.list.map((node) => [node.endpoint, node]));
    this.endpoints = endpoints;
    this.draw = createWeightedDraw(endpoints);
  }

  pick(_call: RoutedCall, tried: readonly Endpoint[]): Endpoint | undefined {
    const list = this.list;
    const { length } = list;
    if (length < 2) return list[0]?.endpoint;
    const nowMs = this.environment.now();
    for (let draws = 0; draws < maxDraws; draws++) {
      const first = this.draw.index(this.environment.random());
      const second = this.other(first, length);
      const better = this.better(list[first] as Node, list[second] as Node, tried, nowMs);
      if (better !== undefined) return better.endpoint;
    }
    return this.leastLoaded(tried, nowMs);
  }

  done(endpoint: Endpoint, { latencyMs, error }: Outcome): void {
    const node = this.nodes.get(endpoint);
    if (node === undefined || latencyMs === undefined) return;
    const nowMs = this.environment.now();
    const kept = Math.exp((node.atMs - nowMs) / this.decayMs);
    const knownMs = node.costMs * kept;
    // It would have taken longer. Where hedging cancels every call of an endpoint that stalls, nothing else tells of it.
    if (error?.reason === "cancelled_by_caller" && latencyMs <= knownMs) return;
    const sampleMs = isEndpointFault(error) ? faultMs(latencyMs, knownMs) : Math.max(minCostMs, latencyMs);
    node.costMs = sampleMs > knownMs ? sampleMs : knownMs + sampleMs * (1 - kept);
    node.atMs = nowMs;
  }

  /** Another index, by weight; at worst the neighbour. */
  private other(first: number, length: number): number {
    const second = this.draw.index(this.environment.random());
    return second === first ? (first + 1 + Math.floor(this.environment.random() * (length - 1))) % length : second;
  }

  private better(left: Node, right: Node, tried: readonly Endpoint[], nowMs: number): Node | undefined {
    if (!isFit(left.endpoint, tried)) return isFit(right.endpoint, tried) ? right : undefined;
    if (!isFit(right.endpoint, tried)) return left;
    return this.load(right, nowMs) < this.load(left, nowMs) * clearlyLess ? right : left;
  }

  private leastLoaded(tried: readonly Endpoint[], nowMs: number): Endpoint | undefined {
    let best: Endpoint | undefined;
    let bestLoad = Infinity;
    for (const endpoint of fittest(this.endpoints, tried)) {
      const load = this.load(this.nodes.get(endpoint) as Node, nowMs);
      if (best !== undefined && load >= bestLoad) continue;
      best = endpoint;
      bestLoad = load;
    }
    return best;
  }

  /** The chance to be drawn goes by weight already; here it says how many calls are many. */
  private load(node: Node, nowMs: number): number {
    const calls = (node.endpoint.callsInProgress * this.draw.meanWeight) / node.endpoint.weight;
    const costMs = this.costMs(node, nowMs);
    if (costMs === 0 && calls > 0) return unknownCostMs * (calls + 1);
    return costMs * (calls + 1);
  }

  /** Long silence is forgotten: it may be as good as any by now. */
  private costMs(node: Node, nowMs: number): number {
    return node.costMs === 0 ? 0 : node.costMs * Math.exp((node.atMs - nowMs) / this.decayMs);
  }
}

function faultMs(latencyMs: number, knownMs: number): number {
  return Math.max(latencyMs, Math.min(maxFaultMs, Math.max(minFaultMs, knownMs * faultFactor)));
}
