import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Environment } from "../../environment/environment.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { p2c } from "./p2c.ts";

/** Settings of {@link localityFirst}. */
export interface LocalityOptions {
  /** Where the caller runs, from the widest to the narrowest part, as instances say it: `eu/eu-1/rack-7`. */
  readonly zone: string;
  /** How calls are spread within one distance. Default: `p2c()`. */
  readonly inner?: BalancerKind | undefined;
  /**
   * A place keeps all its calls while its available part times this is 1 or more; below that the rest goes on to the next place. At least 1. Default: 1.4, as
   * Envoy has it: all stay while at least 71 % are available.
   */
  readonly overprovision?: number | undefined;
}

/**
 * Calls the nearest instances: those that share most leading parts of the zone. When too many of them are not available, a part of the calls goes one step
 * further, in proportion; whatever was tried comes last.
 *
 * @throws TypeError or RangeError for options that cannot work
 */
export function localityFirst(options: LocalityOptions): BalancerKind {
  const { zone, inner = p2c(), overprovision = 1.4 } = options;
  if (typeof zone !== "string" || zone === "")
    throw new TypeError('localityFirst needs a zone, as in { zone: "eu/eu-1" }.');
  if (!(overprovision >= 1)) throw new RangeError(`overprovision is ${String(overprovision)}; expected 1 or more.`);
  return Object.freeze<BalancerKind>({
    name: "locality_first",
    create: (scope) =>
      createLocality(() => inner.create(scope), { zone, overprovision, environment: scope.environment }),
  });
}

interface Tier {
  readonly balancer: Balancer;
  endpoints: readonly Endpoint[];
}

function createLocality(
  makeInner: () => Balancer,
  options: { readonly zone: string; readonly overprovision: number; readonly environment: Environment },
): Balancer {
  const { overprovision, environment } = options;
  const own = options.zone.split("/");
  /** By shared parts, most first. */
  let tiers = new Map<number, Tier>();
  let home = new Map<Endpoint, Tier>();

  function update(endpoints: readonly Endpoint[]): void {
    const lists = new Map<number, Endpoint[]>();
    for (const endpoint of endpoints) {
      const shared = sharedParts(own, endpoint.instance.zone);
      const list = lists.get(shared);
      if (list === undefined) lists.set(shared, [endpoint]);
      else list.push(endpoint);
    }
    const next = new Map<number, Tier>();
    home = new Map();
    for (const [shared, list] of [...lists].sort(([left], [right]) => right - left)) {
      const tier = tiers.get(shared) ?? { balancer: makeInner(), endpoints: [] };
      tier.endpoints = list;
      tier.balancer.update(list);
      next.set(shared, tier);
      for (const endpoint of list) home.set(endpoint, tier);
    }
    tiers = next;
  }

  function pick(...[call, tried]: Parameters<Balancer["pick"]>): Endpoint | undefined {
    let last: Tier | undefined;
    for (const tier of tiers.values()) {
      const share = fitShare(tier.endpoints, tried) * overprovision;
      if (share >= 1 || (share > 0 && environment.random() < share)) return tier.balancer.pick(call, tried);
      if (share > 0) last ??= tier;
    }
    const [nearest] = tiers.values();
    return (last ?? nearest)?.balancer.pick(call, tried);
  }

  return {
    update,
    pick,
    done: (endpoint, outcome) => home.get(endpoint)?.balancer.done?.(endpoint, outcome),
  };
}

/** Part of the weight that is available. */
function fitShare(endpoints: readonly Endpoint[], tried: readonly Endpoint[]): number {
  let all = 0;
  let fit = 0;
  for (const endpoint of endpoints) {
    all += endpoint.weight;
    if (endpoint.isAvailable && !tried.includes(endpoint)) fit += endpoint.weight;
  }
  return all === 0 ? 0 : fit / all;
}

function sharedParts(own: readonly string[], zone: string | undefined): number {
  const parts = zone?.split("/") ?? [];
  let shared = 0;
  while (shared < own.length && own[shared] === parts[shared]) shared++;
  return shared;
}
