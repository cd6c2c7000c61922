import type { ClientConnection } from "../connection/connection.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { clientClosed, type Connector, createConnector } from "./connector.ts";

/** Waits for a connection. */
export interface ReadyWaiter {
  /** Calls go through now. Called once, unless `onRefused` is. */
  onReady(): void;
  /** The channel was closed. */
  onRefused(error: RpcError): void;
}

/** The connections of a channel. */
export interface Pool {
  readonly state: ChannelState;
  /** Connections that are open. */
  readonly size: number;
  /** The connection for one more call: of those that are ready, the one with the fewest calls. @throws RpcError `client_closed` */
  connection(): ClientConnection;
  /** Connects if nothing is connected. `isUrgent`: failures so far are forgotten. */
  connect(isUrgent: boolean): void;
  /** Calls the waiter once a connection is ready, and sees to it that one is being made. @throws RpcError `client_closed`, `too_many_calls` */
  wait(waiter: ReadyWaiter): void;
  /** The waiter has gone. */
  leave(waiter: ReadyWaiter): void;
  /** As `Connector.close`, for all. */
  close(graceMs: number): Promise<void>;
}

/** @param onState told of each change of the state of the whole */
export function createPool(
  channel: CheckedChannelOptions,
  onState: (state: ChannelState, previous: ChannelState) => void,
): Pool {
  const waiters = new Set<ReadyWaiter>();
  const isEager = channel.connect === "eager";
  const connectors = Array.from({ length: channel.connections }, (_, index) =>
    createConnector({ channel, onState: update, isKept: () => isEager || (index === 0 && waiters.size > 0) }),
  );
  const [first] = connectors as [Connector];
  let state: ChannelState = "idle";

  function update(): void {
    const previous = state;
    state = combine(connectors);
    if (state === "ready") release((waiter) => waiter.onReady());
    if (state !== previous) onState(state, previous);
  }

  function release(tell: (waiter: ReadyWaiter) => void): void {
    const released = [...waiters];
    waiters.clear();
    for (const waiter of released) tell(waiter);
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
    if (state === "closed") throw clientClosed(channel.address.text);
    if (waiters.size >= channel.limits.maxWaitingCalls) throw tooManyWaiting(waiters.size);
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
    leave: (waiter) => void waiters.delete(waiter),
    close(graceMs) {
      const closing = Promise.all(connectors.map((connector) => connector.close(graceMs)));
      release((waiter) => waiter.onRefused(clientClosed(channel.address.text)));
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

function tooManyWaiting(count: number): RpcError {
  return new RpcError({ reason: "too_many_calls", message: `${count} calls already wait for a connection.` });
}
