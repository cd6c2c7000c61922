import type { ClientConnection } from "../connection/connection.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { CheckedChannelOptions, Site } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { clientClosed, Connector } from "./connector.ts";
import { WaiterSet } from "./waiting-room.ts";

/** Waits for a connection. */
export interface ReadyWaiter {
  /** Calls go through now. Called once, unless `onRefused` is. */
  onReady(): void;
  /** The channel was closed. */
  onRefused(error: RpcError): void;
}

/** Whoever waits until calls go through waits here. */
export interface WaitingRoom {
  /** Calls the waiter once a connection is ready, and sees to it that one is being made. @throws RpcError `client_closed`, `too_many_calls` */
  wait(waiter: ReadyWaiter): void;
  /** The waiter has gone. */
  leave(waiter: ReadyWaiter): void;
}

/** The connections of a channel. */
export interface Connections extends WaitingRoom {
  readonly state: ChannelState;
  /** Connections that are open. */
  readonly size: number;
  /** Connects if nothing is connected. `isUrgent`: failures so far are forgotten. */
  connect(isUrgent: boolean): void;
  /** As `Connector.close`, for all. */
  close(graceMs: number): Promise<void>;
}

/** What a {@link Pool} needs. */
export interface PoolOptions {
  readonly channel: CheckedChannelOptions;
  readonly site: Site;
  /** Connections that were made once are made again after a loss. Default: those of eager channels. */
  readonly isKept?: boolean | undefined;
  /** Told of each change of the state of the whole. */
  readonly onState: (state: ChannelState, previous: ChannelState) => void;
}

/** The connections to one address. Nothing is opened before it is asked for. */
export class Pool implements Connections {
  state: ChannelState;
  private readonly target: string;
  private readonly isEager: boolean;
  private readonly isAlwaysKept: boolean;
  private readonly onState: PoolOptions["onState"];
  private readonly waiters: WaiterSet;
  private readonly first: Connector;
  /** All of them, the first too; undefined when there is no other. */
  private readonly several: readonly Connector[] | undefined;

  constructor({ channel, site, onState, isKept }: PoolOptions) {
    this.state = "idle";
    this.target = site.address.text;
    this.isEager = channel.connect === "eager";
    this.isAlwaysKept = isKept ?? this.isEager;
    this.onState = onState;
    this.waiters = new WaiterSet(channel.limits.maxWaitingCalls);
    this.first = new Connector({ channel, site, pool: this });
    this.several = undefined;
    if (channel.connections === 1) return;
    const others = Array.from({ length: channel.connections - 1 }, () => new Connector({ channel, site, pool: this }));
    this.several = [this.first, ...others];
  }

  get size(): number {
    return this.connectors().filter((connector) => connector.state === "ready").length;
  }

  /** The connection for one more call: of those that are ready, the one with the fewest calls. @throws RpcError `client_closed` */
  connection(): ClientConnection {
    return this.several === undefined ? this.first.connection() : this.choose(this.several);
  }

  connect(isUrgent: boolean): void {
    for (const connector of this.isEager ? this.connectors() : [this.first]) {
      if (isUrgent) connector.hurry();
      else connector.connect();
    }
  }

  wait(waiter: ReadyWaiter): void {
    if (this.state === "closed") throw clientClosed(this.target);
    this.waiters.add(waiter);
    if (this.state !== "ready") this.first.connection();
  }

  leave(waiter: ReadyWaiter): void {
    this.waiters.delete(waiter);
  }

  close(graceMs: number): Promise<void> {
    const closing = Promise.all(this.connectors().map((connector) => connector.close(graceMs)));
    this.waiters.release((waiter) => waiter.onRefused(clientClosed(this.target)));
    return closing.then(() => undefined);
  }

  /** For its connectors: whether a connection that was lost is made again although no call asks for it. */
  isKept(connector: Connector): boolean {
    return this.isAlwaysKept || (connector === this.first && this.waiters.size > 0);
  }

  /** For its connectors: the state of one has changed. */
  update(): void {
    const previous = this.state;
    this.state = this.several === undefined ? this.first.state : combine(this.several);
    if (this.state === "ready") this.waiters.release((waiter) => waiter.onReady());
    if (this.state !== previous) this.onState(this.state, previous);
  }

  private connectors(): readonly Connector[] {
    return this.several ?? [this.first];
  }

  private choose(connectors: readonly Connector[]): ClientConnection {
    const ready = leastBusy(connectors, "ready");
    if (ready === undefined) return (leastBusy(connectors, "connecting") ?? this.first).connection();
    // The call does not wait for one more connection, but the next ones may use it.
    if (ready.callsInProgress > 0) connectors.find((connector) => connector.state === "idle")?.connect();
    return ready.connection();
  }
}

function leastBusy(connectors: readonly Connector[], state: ChannelState): Connector | undefined {
  let best: Connector | undefined;
  for (const connector of connectors) {
    if (connector.state !== state) continue;
    if (best === undefined || connector.callsInProgress < best.callsInProgress) best = connector;
  }
  return best;
}

/** The best that one of them can say. */
function combine(connectors: readonly Connector[]): ChannelState {
  const order: readonly ChannelState[] = ["ready", "connecting", "transient_failure", "idle"];
  return order.find((state) => connectors.some((connector) => connector.state === state)) ?? "closed";
}
