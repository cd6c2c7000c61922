import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { fittest, isFit } from "./fitness.ts";
import { type HashKeyOf, schemaKey } from "./hash-key.ts";
import { createHashRing } from "./hash-ring.ts";
import { hashOf } from "./hash.ts";

/** Settings of {@link consistentHash}. */
export interface ConsistentHashOptions {
  /** The key of a call; without one it goes anywhere. Default: the field that `@hashKey` names in the schema. */
  readonly key?: HashKeyOf | undefined;
  /** Points on the ring of an endpoint of weight 100, 1 to 1,000: more spread keys more evenly. Default: 100, as Kitex and Envoy have it. */
  readonly points?: number | undefined;
  /**
   * How much more than its share of the calls in progress an endpoint may have before keys of it go to the next; `Infinity` for no bound. At least 1.
   * Default: 1.25.
   */
  readonly loadFactor?: number | undefined;
}

/**
 * Calls with the same key go to the same endpoint as long as it is there, available and not overloaded; when one of n goes, about a n-th of the keys move.
 * For caches and sessions at the servers.
 *
 * @throws RangeError for options that cannot work
 */
export function consistentHash(options: ConsistentHashOptions = {}): BalancerKind {
  const { key = schemaKey, points = 100, loadFactor = 1.25 } = options;
  if (!(Number.isInteger(points) && points >= 1 && points <= 1_000)) {
    throw new RangeError(`points is ${String(points)}; expected a whole number from 1 to 1,000.`);
  }
  if (!(loadFactor >= 1)) throw new RangeError(`loadFactor is ${String(loadFactor)}; expected 1 or more.`);
  return Object.freeze<BalancerKind>({
    name: "consistent_hash",
    create: ({ environment }) => createConsistentHash({ key, points, loadFactor, environment }),
  });
}

function createConsistentHash(settings: {
  readonly key: HashKeyOf;
  readonly points: number;
  readonly loadFactor: number;
  readonly environment: Environment;
}): Balancer {
  const { key, points, loadFactor, environment } = settings;
  let list: readonly Endpoint[] = [];
  let ring = createHashRing(list, points);
  let totalWeight = 0;
  let inProgress = 0;

  function isBelowBound({ callsInProgress, weight }: Endpoint): boolean {
    if (loadFactor === Infinity) return true;
    return callsInProgress < Math.ceil((loadFactor * (inProgress + 1) * weight) / totalWeight);
  }

  function find(hash: number, tried: readonly Endpoint[]): Endpoint | undefined {
    let fit: Endpoint | undefined;
    let chosen: Endpoint | undefined;
    ring.walk(hash, (endpoint) => {
      if (!isFit(endpoint, tried)) return false;
      fit ??= endpoint;
      if (!isBelowBound(endpoint)) return false;
      chosen = endpoint;
      return true;
    });
    return chosen ?? fit;
  }

  return {
    update(endpoints) {
      list = endpoints;
      totalWeight = endpoints.reduce((sum, { weight }) => sum + weight, 0);
      ring = createHashRing(endpoints, points);
    },
    pick(call, tried) {
      const value = key(call);
      const hash = value === undefined ? Math.floor(environment.random() * 2 ** 32) : hashOf(value);
      const found = find(hash, tried) ?? fittest(list, tried)[0];
      if (found !== undefined) inProgress++;
      return found;
    },
    done: () => void inProgress--,
  };
}
