import type { ClientConnection } from "../connection/connection.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { CheckedChannelOptions, Site } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { clientClosed, type Connector, createConnector } from "./connector.ts";
import { createWaiterSet } from "./waiting-room.ts";

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

/** The connections to one address. */
export interface Pool extends Connections {
  /** The connection for one more call: of those that are ready, the one with the fewest calls. @throws RpcError `client_closed` */
  connection(): ClientConnection;
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

/** Nothing is opened before it is asked for. */
export function createPool({ channel, site, onState, ...options }: PoolOptions): Pool {
  const waiters = createWaiterSet(channel.limits.maxWaitingCalls);
  const isEager = channel.connect === "eager";
  const isAlwaysKept = options.isKept ?? isEager;
  const connectors = Array.from({ length: channel.connections }, (_, index) =>
    createConnector({
      channel,
      site,
      onState: update,
      isKept: () => isAlwaysKept || (index === 0 && waiters.size > 0),
    }),
  );
  const [first] = connectors as [Connector];
  let state: ChannelState = "idle";

  function update(): void {
    const previous = state;
    state = combine(connectors);
    if (state === "ready") waiters.release((waiter) => waiter.onReady());
    if (state !== previous) onState(state, previous);
  }

  function choose(): ClientConnection {
    const ready = leastBusy(connectors, "ready");
    if (ready === undefined) return (leastBusy(connectors, "connecting") ?? first).connection();
    // The call does not wait for one more connection, but the next ones may use it.
    if (ready.callsInProgress > 0) connectors.find((connector) => connector.state === "idle")?.connect();
    return ready.connection();
  }

  function connect(isUrgent: boolean): void {
    for (const connector of isEager ? connectors : [first]) {
      if (isUrgent) connector.hurry();
      else connector.connect();
    }
  }

  function wait(waiter: ReadyWaiter): void {
    if (state === "closed") throw clientClosed(site.address.text);
    waiters.add(waiter);
    if (state !== "ready") first.connection();
  }

  return {
    get state() {
      return state;
    },
    get size() {
      return connectors.filter((connector) => connector.state === "ready").length;
    },
    connection: connectors.length === 1 ? first.connection : choose,
    connect,
    wait,
    leave: waiters.delete,
    close(graceMs) {
      const closing = Promise.all(connectors.map((connector) => connector.close(graceMs)));
      waiters.release((waiter) => waiter.onRefused(clientClosed(site.address.text)));
      return closing.then(() => undefined);
    },
  };
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
