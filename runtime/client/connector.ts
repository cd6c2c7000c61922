import { createClientConnection } from "../connection/client-connection.ts";
import type { ClientConnection, ConnectionEvents, Serialization } from "../connection/connection.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { GoawayCode } from "../protocol/frame.ts";
import { createLimits, type Limits } from "../protocol/limits.ts";
import { createDeferredTransport } from "../transport/deferred.ts";
import type { Transport } from "../transport/transport.ts";
import { Backoff } from "./backoff.ts";
import type { CheckedChannelOptions, Site } from "./channel-options.ts";
import { askForToken } from "./token.ts";
import type { ChannelState } from "./channel-state.ts";
import { createPause, type Pause } from "./pause.ts";

/** Who has a {@link Connector}. */
export interface ConnectorOwner {
  /** The state has changed. */
  update(): void;
  /** True when a connection that it lost, or could not make, is made again although no call asks for it. */
  isKept(connector: Connector): boolean;
}

/** What a {@link Connector} needs. */
export interface ConnectorOptions {
  readonly channel: CheckedChannelOptions;
  readonly site: Site;
  readonly pool: ConnectorOwner;
}

const noConnections: readonly ClientConnection[] = Object.freeze([]);

const serializations: Readonly<Record<"binary" | "json", readonly Serialization[]>> = Object.freeze({
  binary: [1, 2],
  json: [2, 1],
});

/** A connection that lived this long was worth making: the failures before it count no more. */
const provenMs = 1_000;
const maxKeepaliveMs = 600_000;

/** Keeps one connection to one address: makes it when it is wanted, not before, and again after a loss. */
export class Connector {
  state: ChannelState;
  private readonly channel: CheckedChannelOptions;
  private readonly site: Site;
  private readonly pool: ConnectorOwner;
  private readonly backoff: Backoff;
  /** The present connection and those before it that calls still use. */
  private open: readonly ClientConnection[];
  private current: ClientConnection | undefined;
  private pause: Pause | undefined;
  private openedMs: number;
  private limits: Limits;
  private closing: Promise<void> | undefined;
  /** For those that connect, as long as there are some: a signal takes a KiB (bench `idle`). */
  private giveUp: AbortController | undefined;
  private dialing: number;

  constructor({ channel, site, pool }: ConnectorOptions) {
    this.state = "idle";
    this.channel = channel;
    this.site = site;
    this.pool = pool;
    this.backoff = new Backoff(channel.environment);
    this.open = noConnections;
    this.current = undefined;
    this.pause = undefined;
    this.openedMs = Infinity;
    this.limits = channel.limits;
    this.closing = undefined;
    this.giveUp = undefined;
    this.dialing = 0;
  }

  /** Calls on the present connection, waiting ones included. */
  get callsInProgress(): number {
    return this.current?.callsInProgress ?? 0;
  }

  /**
   * A connection that takes calls: the present one, or one that is being made. Ends a wait after failures, but for the rest of a second.
   * @throws RpcError `client_closed`
   */
  connection(): ClientConnection {
    const { current } = this;
    if (current !== undefined && current.state === "open") return current;
    if (current !== undefined && current.state === "opening") {
      this.wake();
      return current;
    }
    if (this.closing !== undefined) throw clientClosed(this.site.address.text);
    return this.make(true);
  }

  /** Sees to it that a connection is being made, at the pace of the backoff. Without effect when there is one. */
  connect(): void {
    if (!this.isUsable() && this.closing === undefined) this.make(false);
  }

  /** Forgets failures and connects now. */
  hurry(): void {
    if (this.closing !== undefined) return;
    this.backoff.reset();
    if (this.isUsable()) this.wake();
    else this.make(false);
  }

  /** Drains every connection. Resolves when all are closed. Idempotent: the shortest grace counts. */
  close(graceMs: number): Promise<void> {
    const drained = Promise.all(this.open.map((connection) => connection.drain(graceMs)));
    this.closing ??= drained.then(() => this.giveUp?.abort());
    this.pause?.shorten(0);
    this.enter("closed");
    return this.closing;
  }

  /** Of one of its connections, as the three below: the handshake is complete. */
  onOpen(connection: ClientConnection): void {
    if (this.current !== connection) return;
    this.openedMs = this.channel.environment.now();
    this.enter("ready");
  }

  onClose(connection: ClientConnection): void {
    this.open = this.open.filter((other) => other !== connection);
    this.leave(connection, false);
  }

  /** A server that finds our pings too many is pinged half as often from now on. */
  onGoaway(code: number): void {
    if (code !== GoawayCode.tooManyPings) return;
    this.limits = createLimits({ ...this.limits, keepaliveMs: Math.min(this.limits.keepaliveMs * 2, maxKeepaliveMs) });
  }

  /** It takes no more calls. */
  leave(connection: ClientConnection, isPolite: boolean): void {
    if (this.current !== connection) return;
    this.current = undefined;
    const isProven = this.channel.environment.now() - this.openedMs >= provenMs;
    if (isProven || (isPolite && this.openedMs !== Infinity)) this.backoff.reset();
    if (this.closing !== undefined) return;
    if (this.pool.isKept(this)) this.keep();
    else this.enter(this.backoff.failures > 0 ? "transient_failure" : "idle");
  }

  private enter(next: ChannelState): void {
    if (this.state === next || this.state === "closed") return;
    this.state = next;
    this.pool.update();
  }

  private make(isWanted: boolean): ClientConnection {
    const { channel, site } = this;
    const waitMs = this.backoff.delayMs(isWanted);
    const connecting = this.dial(waitMs);
    const { connection } = new ConnectionWatch(this, (events) =>
      createClientConnection({
        transport: createDeferredTransport(connecting, site.address.text),
        environment: channel.environment,
        limits: this.limits,
        handshakeMs: Math.ceil(this.limits.handshakeMs + channel.connectTimeoutMs + waitMs),
        serializations: serializations[channel.codec],
        peerName: channel.peerName,
        compressors: channel.compression.compressors,
        token: askForToken(channel.token),
        events,
      }),
    );
    connecting.catch((error: unknown) => connection.abort(RpcError.from(error)));
    // An array that something is pushed to takes room for 17 at once.
    this.open = this.open.concat(connection);
    this.current = connection;
    this.openedMs = Infinity;
    if (waitMs === 0) this.enter("connecting");
    return connection;
  }

  private async dial(waitMs: number): Promise<Transport> {
    const { signal } = (this.giveUp ??= new AbortController());
    this.dialing++;
    try {
      if (waitMs > 0) await this.waitFor(waitMs);
      this.backoff.begin();
      if (this.closing === undefined) this.enter("connecting");
      return await this.site.transport.connect(this.site.address, { timeoutMs: this.channel.connectTimeoutMs, signal });
    } finally {
      if (--this.dialing === 0) this.giveUp = undefined;
    }
  }

  private async waitFor(waitMs: number): Promise<void> {
    this.pause = createPause(this.channel.environment, waitMs);
    await this.pause.done;
    this.pause = undefined;
  }

  /** Not at once: all clients of a server that goes away would come to its successor in the same moment. */
  private keep(): void {
    this.enter(this.backoff.failures === 0 ? "connecting" : "transient_failure");
    if (this.backoff.failures === 0) this.backoff.begin();
    // What ends the old connection may still be on the stack, and calls that it refused may come first.
    this.channel.environment.defer(() => {
      if (this.current === undefined && this.closing === undefined && this.pool.isKept(this)) this.make(false);
    });
  }

  private wake(): void {
    this.pause?.shorten(this.backoff.delayMs(true));
  }

  private isUsable(): boolean {
    return this.current !== undefined && (this.current.state === "open" || this.current.state === "opening");
  }
}

/** Tells a connector of one connection: four functions would take five times as much (bench `idle`). */
class ConnectionWatch implements ConnectionEvents {
  readonly connection: ClientConnection;
  private readonly connector: Connector;

  /** @param open begins the connection; no event comes before it returns */
  constructor(connector: Connector, open: (events: ConnectionEvents) => ClientConnection) {
    this.connector = connector;
    this.connection = open(this);
  }

  onOpen(): void {
    this.connector.onOpen(this.connection);
  }

  onDraining(): void {
    this.connector.leave(this.connection, true);
  }

  onGoaway(code: number): void {
    this.connector.onGoaway(code);
  }

  onClose(): void {
    this.connector.onClose(this.connection);
  }
}

/** The error of calls on a closed client. */
export function clientClosed(target: string): RpcError {
  return new RpcError({
    reason: "client_closed",
    message: `The client of ${target} is closed; create another one for further calls.`,
  });
}
