import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { fittest } from "./fitness.ts";

/**
 * The one with the fewest calls in progress for its weight; one of several at random. Looks at all of them for each call, so for tens of endpoints and
 * calls that last, such as streams.
 */
export function leastLoaded(): BalancerKind {
  return Object.freeze<BalancerKind>({
    name: "least_loaded",
    create: ({ environment }) => createLeastLoaded(environment),
  });
}

function createLeastLoaded(environment: Environment): Balancer {
  let list: readonly Endpoint[] = [];

  function pick(candidates: readonly Endpoint[]): Endpoint | undefined {
    let best: Endpoint | undefined;
    let bestLoad = Infinity;
    let ties = 0;
    for (const endpoint of candidates) {
      const load = endpoint.callsInProgress / endpoint.weight;
      if (load > bestLoad) continue;
      ties = load < bestLoad ? 1 : ties + 1;
      // Each of the equal ones comes out with the same chance.
      if (load < bestLoad || environment.random() * ties < 1) best = endpoint;
      bestLoad = load;
    }
    return best;
  }

  return {
    update: (endpoints) => void (list = endpoints),
    pick: (_call, tried) => pick(fittest(list, tried)),
  };
}
