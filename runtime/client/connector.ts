import { createClientConnection } from "../connection/client-connection.ts";
import type { ClientConnection, Serialization } from "../connection/connection.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { GoawayCode } from "../protocol/frame.ts";
import { createDeferredTransport } from "../transport/deferred.ts";
import type { Transport } from "../transport/transport.ts";
import { createBackoff } from "./backoff.ts";
import type { CheckedChannelOptions, Site } from "./channel-options.ts";
import { askForToken } from "./token.ts";
import type { ChannelState } from "./channel-state.ts";
import { createPause, type Pause } from "./pause.ts";

/** Keeps one connection: makes it when it is wanted, and again after a loss. */
export interface Connector {
  readonly state: ChannelState;
  /** Calls on the present connection, waiting ones included. */
  readonly callsInProgress: number;
  /**
   * A connection that takes calls: the present one, or one that is being made. Ends a wait after failures, but for the rest of a second.
   * @throws RpcError `client_closed`
   */
  connection(): ClientConnection;
  /** Sees to it that a connection is being made, at the pace of the backoff. Without effect when there is one. */
  connect(): void;
  /** Forgets failures and connects now. */
  hurry(): void;
  /** Drains every connection. Resolves when all are closed. Idempotent: the shortest grace counts. */
  close(graceMs: number): Promise<void>;
}

/** What a {@link Connector} needs. */
export interface ConnectorOptions {
  readonly channel: CheckedChannelOptions;
  readonly site: Site;
  /** The state has changed. */
  readonly onState: () => void;
  /** True when a lost connection, or one that could not be made, is made again although no call asks for it. */
  readonly isKept: () => boolean;
}

const serializations: Readonly<Record<"binary" | "json", readonly Serialization[]>> = Object.freeze({
  binary: [1, 2],
  json: [2, 1],
});

/** A connection that lived this long was worth making: the failures before it count no more. */
const provenMs = 1_000;
const maxKeepaliveMs = 600_000;

/** A connector for one address. Nothing is opened before it is asked to. */
export function createConnector({ channel, site, onState, isKept }: ConnectorOptions): Connector {
  const { environment } = channel;
  const { address, transport } = site;
  const open = new Set<ClientConnection>();
  const giveUp = new AbortController();
  const backoff = createBackoff(environment);
  let current: ClientConnection | undefined;
  let pause: Pause | undefined;
  let state: ChannelState = "idle";
  let openedMs = Infinity;
  let { keepaliveMs } = channel.limits;
  let closing: Promise<void> | undefined;

  function enter(next: ChannelState): void {
    if (state === next || state === "closed") return;
    state = next;
    onState();
  }

  function make(isWanted: boolean): ClientConnection {
    const waitMs = backoff.delayMs(isWanted);
    const connecting = dial(waitMs);
    const connection = createClientConnection({
      transport: createDeferredTransport(connecting, address.text),
      environment,
      limits: { ...channel.limits, keepaliveMs, handshakeMs: handshakeMs(channel, waitMs) },
      serializations: serializations[channel.codec],
      peerName: channel.peerName,
      compressors: channel.compression.compressors,
      token: askForToken(channel.token),
      events: {
        onOpen: () => onOpen(connection),
        onDraining: () => leave(connection, true),
        onGoaway: (code) => onGoaway(code),
        onClose: () => {
          open.delete(connection);
          leave(connection, false);
        },
      },
    });
    connecting.catch((error: unknown) => connection.abort(RpcError.from(error)));
    open.add(connection);
    current = connection;
    openedMs = Infinity;
    if (waitMs === 0) enter("connecting");
    return connection;
  }

  async function dial(waitMs: number): Promise<Transport> {
    if (waitMs > 0) await waitFor(waitMs);
    backoff.begin();
    if (closing === undefined) enter("connecting");
    return transport.connect(address, { timeoutMs: channel.connectTimeoutMs, signal: giveUp.signal });
  }

  async function waitFor(waitMs: number): Promise<void> {
    pause = createPause(environment, waitMs);
    await pause.done;
    pause = undefined;
  }

  function onOpen(connection: ClientConnection): void {
    if (current !== connection) return;
    openedMs = environment.now();
    enter("ready");
  }

  /** A connection takes no more calls. */
  function leave(connection: ClientConnection, isPolite: boolean): void {
    if (current !== connection) return;
    current = undefined;
    const isProven = environment.now() - openedMs >= provenMs;
    if (isProven || (isPolite && openedMs !== Infinity)) backoff.reset();
    if (closing !== undefined) return;
    if (isKept()) keep();
    else enter(backoff.failures > 0 ? "transient_failure" : "idle");
  }

  /** Not at once: all clients of a server that goes away would come to its successor in the same moment. */
  function keep(): void {
    enter(backoff.failures === 0 ? "connecting" : "transient_failure");
    if (backoff.failures === 0) backoff.begin();
    // What ends the old connection may still be on the stack, and calls that it refused may come first.
    environment.defer(() => {
      if (current === undefined && closing === undefined && isKept()) make(false);
    });
  }

  /** A server that finds our pings too many is pinged half as often from now on. */
  function onGoaway(code: number): void {
    if (code === GoawayCode.tooManyPings) keepaliveMs = Math.min(keepaliveMs * 2, maxKeepaliveMs);
  }

  function wake(): void {
    pause?.shorten(backoff.delayMs(true));
  }

  function isUsable(): boolean {
    return current !== undefined && (current.state === "open" || current.state === "opening");
  }

  return {
    get state() {
      return state;
    },
    get callsInProgress() {
      return current?.callsInProgress ?? 0;
    },
    connection() {
      if (current !== undefined && current.state === "open") return current;
      if (current !== undefined && current.state === "opening") {
        wake();
        return current;
      }
      if (closing !== undefined) throw clientClosed(address.text);
      return make(true);
    },
    connect() {
      if (!isUsable() && closing === undefined) make(false);
    },
    hurry() {
      if (closing !== undefined) return;
      backoff.reset();
      if (isUsable()) wake();
      else make(false);
    },
    close(graceMs) {
      const drained = Promise.all([...open].map((connection) => connection.drain(graceMs)));
      closing ??= drained.then(() => giveUp.abort());
      pause?.shorten(0);
      enter("closed");
      return closing;
    },
  };
}

function handshakeMs(options: CheckedChannelOptions, waitMs: number): number {
  return Math.min(600_000, Math.ceil(options.limits.handshakeMs + options.connectTimeoutMs + waitMs));
}

/** The error of calls on a closed client. */
export function clientClosed(target: string): RpcError {
  return new RpcError({
    reason: "client_closed",
    message: `The client of ${target} is closed; create another one for further calls.`,
  });
}
