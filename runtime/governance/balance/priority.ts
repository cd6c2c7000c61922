import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Balancer } from "../balancer.ts";
import { isFit } from "./fitness.ts";

interface Tier {
  readonly balancer: Balancer;
  endpoints: readonly Endpoint[];
}

/** True when some of these are to be called only while others cannot be. */
export function hasPriorities(endpoints: readonly Endpoint[]): boolean {
  return endpoints.some(({ instance }) => priorityOf(instance) !== priorityOf(endpoints[0]?.instance));
}

/**
 * Calls those with the lowest number, as the priority of SRV records means it (RFC 2782); others while none of those is available, or when a call has been to all of
 * them. @param makeInner spreads calls within one priority
 */
export function byPriority(makeInner: () => Balancer): Balancer {
  let tiers = new Map<number, Tier>();
  let home = new Map<Endpoint, Tier>();

  function update(endpoints: readonly Endpoint[]): void {
    const lists = new Map<number, Endpoint[]>();
    for (const endpoint of endpoints) {
      const priority = priorityOf(endpoint.instance);
      const list = lists.get(priority);
      if (list === undefined) lists.set(priority, [endpoint]);
      else list.push(endpoint);
    }
    const next = new Map<number, Tier>();
    home = new Map();
    for (const [priority, list] of [...lists].sort(([left], [right]) => left - right)) {
      const tier = tiers.get(priority) ?? { balancer: makeInner(), endpoints: [] };
      tier.endpoints = list;
      tier.balancer.update(list);
      next.set(priority, tier);
      for (const endpoint of list) home.set(endpoint, tier);
    }
    tiers = next;
  }

  return {
    update,
    pick(call, tried) {
      for (const { endpoints, balancer } of tiers.values()) {
        if (endpoints.some((endpoint) => isFit(endpoint, tried))) return balancer.pick(call, tried);
      }
      // Nobody is fit: then whoever was not tried, from the first on.
      for (const { endpoints, balancer } of tiers.values()) {
        if (endpoints.some((endpoint) => !tried.includes(endpoint))) return balancer.pick(call, tried);
      }
      const [first] = tiers.values();
      return first?.balancer.pick(call, tried);
    },
    done: (endpoint, outcome) => home.get(endpoint)?.balancer.done?.(endpoint, outcome),
  };
}

function priorityOf(instance: Endpoint["instance"] | undefined): number {
  return instance?.priority ?? 0;
}
