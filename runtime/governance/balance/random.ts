import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { fittest, isFit } from "./fitness.ts";
import { createWeightedDraw } from "./weighted-draw.ts";

/** Any of them, whatever its weight. Needs no memory at all; for tests and comparisons. */
export function random(): BalancerKind {
  return Object.freeze<BalancerKind>({ name: "random", create: ({ environment }) => createRandom(environment, false) });
}

/** Any of them, with chances in proportion to the weights. Many callers that know nothing of each other come out even. */
export function weightedRandom(): BalancerKind {
  return Object.freeze<BalancerKind>({
    name: "weighted_random",
    create: ({ environment }) => createRandom(environment, true),
  });
}

const maxDraws = 4;

function createRandom(environment: Environment, isWeighted: boolean): Balancer {
  let list: readonly Endpoint[] = [];
  let draw = createWeightedDraw(list);

  function drawOf(endpoints: readonly Endpoint[]): Endpoint | undefined {
    const lot = environment.random();
    return isWeighted
      ? endpoints[createWeightedDraw(endpoints).index(lot)]
      : endpoints[Math.floor(lot * endpoints.length)];
  }

  return {
    update(endpoints) {
      list = endpoints;
      if (isWeighted) draw = createWeightedDraw(endpoints);
    },
    pick(_call, tried) {
      for (let draws = 0; draws < maxDraws; draws++) {
        const lot = environment.random();
        const endpoint = list[isWeighted ? draw.index(lot) : Math.floor(lot * list.length)];
        if (endpoint === undefined || isFit(endpoint, tried)) return endpoint;
      }
      return drawOf(fittest(list, tried));
    },
  };
}
