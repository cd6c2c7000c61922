import type { ClientConnection } from "../connection/connection.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import { parseAddress } from "../transport/address.ts";
import type { ChannelOptions, CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { createCluster } from "./cluster.ts";
import type { Picker } from "./cluster-pick.ts";
import { createListSource, instanceAt } from "./cluster-source.ts";
import { addressesOf } from "./cluster-target.ts";
import { type Connections, createPool } from "./pool.ts";

/** How the calls of a channel get to a server. */
export interface Reach {
  readonly pool: Connections;
  /** The one address's connection for one more call. Not to be asked when there is a picker. */
  readonly connection: () => ClientConnection;
  /** For several endpoints. */
  readonly picker: Picker | undefined;
  /** The one address, as interceptors see it; undefined when there are several. */
  readonly endpoint: Endpoint | undefined;
}

/**
 * A channel to one address keeps clear of all that several need.
 * @throws TypeError for an address in a list that no connection may be made to
 */
export function createReach(
  channel: CheckedChannelOptions,
  options: ChannelOptions,
  onState: (state: ChannelState, previous: ChannelState) => void,
): Reach {
  const { site } = channel;
  if (site === undefined) {
    for (const address of addressesOf(options.target)) channel.siteOf(parseAddress(address));
    const source = createListSource(options.target);
    const cluster = createCluster({ channel, source, options, onState });
    return { pool: cluster, picker: cluster.picker, connection: noSingle, endpoint: undefined };
  }
  const pool = createPool({ channel, site, onState });
  return { pool, picker: undefined, connection: pool.connection, endpoint: soleEndpoint(site.address.text) };
}

function noSingle(): never {
  throw new TypeError("A channel with several endpoints has no connection that is the only one.");
}

function soleEndpoint(address: string): Endpoint {
  const instance = instanceAt(address);
  return Object.freeze({ id: address, address, instance, weight: 100, callsInProgress: 0, isAvailable: true });
}
