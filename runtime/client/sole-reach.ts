import type { ClientConnection } from "../connection/connection.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { InstanceView } from "../discovery/instance-view.ts";
import type { Instance } from "../discovery/instance.ts";
import type { CheckedChannelOptions, Site } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import type { Picker } from "./cluster-pick.ts";
import { type Connections, Pool } from "./pool.ts";

/** How the calls of a channel get to a server. */
export interface Reach {
  readonly pool: Connections;
  /** The one address's connection for one more call. Not to be asked when there is a picker. */
  connection(): ClientConnection;
  /** For several endpoints. */
  readonly picker: Picker | undefined;
  /** The one address, as interceptors see it; undefined when there are several. */
  readonly endpoint: Endpoint | undefined;
  /** What is known of the instances. */
  view(): InstanceView;
}

/** A channel to one address keeps clear of all that several need. */
export class SoleReach implements Reach {
  readonly pool: Pool;
  readonly picker: undefined;
  private readonly address: string;
  private madeEndpoint: Endpoint | undefined;

  constructor(
    channel: CheckedChannelOptions,
    site: Site,
    onState: (state: ChannelState, previous: ChannelState) => void,
  ) {
    this.pool = new Pool({ channel, site, onState });
    this.picker = undefined;
    this.address = site.address.text;
    this.madeEndpoint = undefined;
  }

  connection(): ClientConnection {
    return this.pool.connection();
  }

  /** Made when somebody looks at it, and then kept: few do (bench `idle`). */
  get endpoint(): Endpoint {
    return (this.madeEndpoint ??= endpointAt(this.address));
  }

  view(): InstanceView {
    return fixedView([this.endpoint.instance]);
  }
}

function endpointAt(address: string): Endpoint {
  const instance = instanceAt(address);
  return Object.freeze({ id: address, address, instance, weight: 100, callsInProgress: 0, isAvailable: true });
}

/** An instance of which nothing but the address is known. */
export function instanceAt(address: string): Instance {
  return Object.freeze({ id: address, service: "", address, weight: 100, status: "up", labels: Object.freeze({}) });
}

/** Of instances that the target names. */
export function fixedView(instances: readonly Instance[]): InstanceView {
  return { instances, origin: "target", ageMs: 0, isStale: false, held: 0, skipped: 0 };
}
