import type { Environment } from "../environment/environment.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import { byPriority, hasPriorities } from "../governance/balance/priority.ts";
import { p2c } from "../governance/balance/p2c.ts";
import { warmUp } from "../governance/balance/warm-up.ts";
import type { Balancer, BalancerKind } from "../governance/balancer.ts";
import type { Subset } from "../governance/router.ts";

/** A balancer for each subset of endpoints. */
export interface Balancers {
  /** All endpoints, after a change. */
  setAll(all: Subset): void;
  of(subset: Subset): Balancer;
}

interface Entry {
  balancer: Balancer;
  isByPriority: boolean;
  endpoints: readonly Endpoint[];
}

/** Subsets whose balancers are kept; beyond it the one that was made first starts anew. */
const maxSubsets = 256;

export function createBalancers(options: {
  readonly kind: BalancerKind | undefined;
  readonly environment: Environment;
}): Balancers {
  const { kind = warmUp(p2c()), environment } = options;
  const entries = new Map<string, Entry>();
  const whole = newEntry();

  function newEntry(): Entry {
    return { balancer: kind.create({ environment }), isByPriority: false, endpoints: [] };
  }

  function update(entry: Entry, endpoints: readonly Endpoint[]): void {
    entry.endpoints = endpoints;
    const isByPriority = hasPriorities(endpoints);
    if (isByPriority !== entry.isByPriority) {
      entry.isByPriority = isByPriority;
      entry.balancer = isByPriority ? byPriority(() => kind.create({ environment })) : kind.create({ environment });
    }
    entry.balancer.update(endpoints);
  }

  function find(subset: Subset): Entry {
    const found = entries.get(subset.key);
    if (found !== undefined) return found;
    const [oldest] = entries.keys();
    if (entries.size >= maxSubsets && oldest !== undefined) entries.delete(oldest);
    const made = newEntry();
    entries.set(subset.key, made);
    return made;
  }

  return {
    setAll: ({ endpoints }) => update(whole, endpoints),
    of(subset) {
      if (subset.endpoints === whole.endpoints) return whole.balancer;
      const entry = find(subset);
      if (entry.endpoints !== subset.endpoints) update(entry, subset.endpoints);
      return entry.balancer;
    },
  };
}
