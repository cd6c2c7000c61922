import type { Endpoint } from "../discovery/endpoint.ts";
import type { Environment } from "../environment/environment.ts";
import type { Outcome } from "./outcome.ts";
import type { RoutedCall } from "./routed-call.ts";

/**
 * Spreads calls over endpoints. A channel has one for each set of endpoints that its router gives (without a router: one), and calls it like this:
 * {@link Balancer.update} before anything else and whenever the set or a weight changed; then, for each attempt, {@link Balancer.pick} and, exactly
 * once for each endpoint that it gave, {@link Balancer.done}, also when that endpoint is no longer in the set. All are called in the turn in which
 * things happen and must not throw.
 */
export interface Balancer {
  /** The set, ordered by id, without endpoints that want no calls (draining, down, weight 0). The array does not change. */
  update(endpoints: readonly Endpoint[]): void;
  /**
   * The endpoint for one attempt.
   * @param tried endpoints that the call has been sent to before, oldest first: they come last, as do those that are not `isAvailable`
   * @returns undefined only when the set is empty
   */
  pick(call: RoutedCall, tried: readonly Endpoint[]): Endpoint | undefined;
  /** An attempt has ended. */
  done?(endpoint: Endpoint, outcome: Outcome): void;
}

/** What a balancer works with. */
export interface BalancerScope {
  /** Clock and random numbers; balancers use no others. */
  readonly environment: Environment;
}

/** A way of balancing, as an option of a channel: `balancer: roundRobin()`. Holds settings and no state. */
export interface BalancerKind {
  /** For metrics and diagnostics: `p2c`. */
  readonly name: string;
  create(scope: BalancerScope): Balancer;
}
