import type { Endpoint } from "../discovery/endpoint.ts";
import type { RoutedCall } from "./routed-call.ts";

/** Endpoints that some calls may go to. */
export interface Subset {
  /** Names the subset across changes of what is in it: a balancer is kept for each. `""` for all endpoints. */
  readonly key: string;
  /** In the order in which they were given. The same array object for as long as nothing changed. */
  readonly endpoints: readonly Endpoint[];
}

/** Chooses, before the balancer, which endpoints a call may go to. */
export interface Router {
  /** For metrics and diagnostics. */
  readonly name: string;
  /**
   * Called for each attempt, so it should find its answer ready. Must not throw.
   * @param all all endpoints that want calls, ordered by id; the same object until the set or something in it changes
   * @returns `all` itself, or a part of it: an empty one when the call must not go anywhere
   */
  route(call: RoutedCall, all: Subset): Subset;
}
