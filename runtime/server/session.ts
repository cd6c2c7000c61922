import type { CompressionPeer } from "../compression/compression.ts";
import type { IncomingCall, ServerConnection, ServerConnectionEvents } from "../connection/connection.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { PeerIdentity, Transport } from "../transport/transport.ts";
import { anonymous, type Caller } from "./authentication.ts";

/** What the connections of a server do to it. */
export interface SessionHost {
  onOpen(session: Session): void;
  onClose(session: Session): void;
  onRequest(call: IncomingCall, body: Uint8Array, session: Session): void;
  onDropped(call: IncomingCall, error: RpcError, session: Session): void;
  /** A call was turned away because the caller failed to authenticate. */
  onTurnedAway(session: Session): void;
}

/** What calls of one connection have in common. */
export class Session implements CompressionPeer, ServerConnectionEvents {
  readonly address: string;
  readonly tlsPeer: PeerIdentity | undefined;
  /** When it was accepted, on the environment's `now()`. */
  readonly sinceMs: number;
  /** Who calls; known, or being found out, from the opening of the connection on. */
  caller: Caller;
  readonly connection: ServerConnection;
  private readonly host: SessionHost;

  /** @param open begins the connection; no event comes before it returns */
  constructor(
    host: SessionHost,
    transport: Transport,
    sinceMs: number,
    open: (events: ServerConnectionEvents) => ServerConnection,
  ) {
    this.host = host;
    this.address = transport.peerAddress;
    this.tlsPeer = transport.peerIdentity;
    this.sinceMs = sinceMs;
    this.caller = anonymous;
    this.connection = open(this);
  }

  get peerCompressors(): readonly number[] {
    return this.connection.peerCompressors;
  }

  get peerLimits(): ServerConnection["peerLimits"] {
    return this.connection.peerLimits;
  }

  onTurnedAway(): void {
    this.host.onTurnedAway(this);
  }

  onOpen(): void {
    this.host.onOpen(this);
  }

  onClose(): void {
    this.host.onClose(this);
  }

  onRequest(call: IncomingCall, body: Uint8Array): void {
    this.host.onRequest(call, body, this);
  }

  onDropped(call: IncomingCall, error: RpcError): void {
    this.host.onDropped(call, error, this);
  }
}
