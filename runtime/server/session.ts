import type { CompressionPeer } from "../compression/compression.ts";
import type { ServerConnection } from "../connection/connection.ts";
import type { PeerIdentity, Transport } from "../transport/transport.ts";
import { anonymous, type Caller } from "./authentication.ts";

/** What calls of one connection have in common. */
export class Session implements CompressionPeer {
  readonly address: string;
  readonly tlsPeer: PeerIdentity | undefined;
  /** When it was accepted, on the environment's `now()`. */
  readonly sinceMs: number;
  /** Who calls; known, or being found out, from the opening of the connection on. */
  caller: Caller;
  /** Called after a call was turned away because the caller failed to authenticate. */
  onTurnedAway: () => void;
  private readonly connection: () => ServerConnection;

  constructor(transport: Transport, sinceMs: number, connection: () => ServerConnection) {
    this.address = transport.peerAddress;
    this.tlsPeer = transport.peerIdentity;
    this.sinceMs = sinceMs;
    this.caller = anonymous;
    this.onTurnedAway = () => undefined;
    this.connection = connection;
  }

  get peerCompressors(): readonly number[] {
    return this.connection().peerCompressors;
  }

  get peerLimits(): ServerConnection["peerLimits"] {
    return this.connection().peerLimits;
  }
}
