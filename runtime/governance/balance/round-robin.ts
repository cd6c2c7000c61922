import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { fittest, isFit } from "./fitness.ts";

/**
 * One after the other. Endpoints of different weights get turns in proportion, spread evenly (smooth weighted round robin), at a cost that grows with their
 * number. Knows nothing of load: for endpoints and calls that are much alike.
 */
export function roundRobin(): BalancerKind {
  return Object.freeze<BalancerKind>({
    name: "round_robin",
    create: ({ environment }) => createRoundRobin(environment.random()),
  });
}

/** @param lot where to begin, so that callers that start together do not go round together */
function createRoundRobin(lot: number): Balancer {
  let list: readonly Endpoint[] = [];
  let credits = new Map<Endpoint, number>();
  let isEven = true;
  let next = -1;

  function smooth(tried: readonly Endpoint[]): Endpoint | undefined {
    let best: Endpoint | undefined;
    let bestCredit = -Infinity;
    let sum = 0;
    for (const endpoint of fittest(list, tried)) {
      const credit = (credits.get(endpoint) ?? 0) + endpoint.weight;
      credits.set(endpoint, credit);
      sum += endpoint.weight;
      if (credit <= bestCredit) continue;
      best = endpoint;
      bestCredit = credit;
    }
    if (best !== undefined) credits.set(best, bestCredit - sum);
    return best;
  }

  function turn(tried: readonly Endpoint[]): Endpoint | undefined {
    const { length } = list;
    for (let steps = 0; steps < length; steps++) {
      next = (next + 1) % length;
      const endpoint = list[next] as Endpoint;
      if (isFit(endpoint, tried)) return endpoint;
    }
    const rest = fittest(list, tried);
    return rest[next % Math.max(1, rest.length)];
  }

  return {
    update(endpoints) {
      if (next < 0) next = Math.floor(lot * endpoints.length);
      const earlier = credits;
      credits = new Map(endpoints.map((endpoint) => [endpoint, earlier.get(endpoint) ?? 0]));
      isEven = endpoints.every((endpoint) => endpoint.weight === endpoints[0]?.weight);
      list = endpoints;
    },
    pick: (_call, tried) => (isEven ? turn(tried) : smooth(tried)),
  };
}
