import type { ClientConnection } from "../connection/connection.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Balancer } from "../governance/balancer.ts";
import type { RoutedCall } from "../governance/routed-call.ts";
import type { ClientCallState } from "./client-call.ts";
import type { ClusterEndpoint } from "./cluster-endpoint.ts";
import type { WaitingRoom } from "./pool.ts";

/** Where an attempt goes. */
export interface Pick {
  readonly endpoint: Endpoint;
  readonly connection: ClientConnection;
}

/** What the attempts of a channel with several endpoints ask. */
export interface Picker {
  /** False until the instances are known for the first time, or known to be out of reach. */
  readonly isResolved: boolean;
  /** Whoever waits until {@link Picker.isResolved}. */
  readonly resolving: WaitingRoom;
  /**
   * Chooses where an attempt goes. Each pick is given back, once, to {@link Picker.done}.
   * @param wanted goes there, whatever router and balancer say
   * @throws RpcError `client_closed`, or `connect_failed` when there is no endpoint
   */
  pick(call: ClientCallState, wanted: Endpoint | undefined): Pick;
  /** `isTimed`: what it took says something about the endpoint. */
  done(pick: Pick, error: RpcError | undefined, isTimed: boolean): void;
  /** True when there may be an endpoint that the call has not been sent to. */
  hasOther(call: ClientCallState): boolean;
  /** Those that the router allows. */
  endpoints(call: RoutedCall): readonly Endpoint[];
}

/** A choice that counts as a call of its endpoint until it is given back. */
export class ClusterPick implements Pick {
  readonly endpoint: ClusterEndpoint;
  readonly connection: ClientConnection;
  readonly balancer: Balancer | undefined;
  readonly startedMs: number;

  constructor(endpoint: ClusterEndpoint, balancer: Balancer | undefined, startedMs: number) {
    this.endpoint = endpoint;
    this.connection = endpoint.pool.connection();
    this.balancer = balancer;
    this.startedMs = startedMs;
    endpoint.callsInProgress++;
  }
}
