import type { ServerConnection } from "../connection/connection.ts";
import type { PeerIdentity, Transport } from "../transport/transport.ts";
import { anonymous, type Caller } from "./authentication.ts";

/** What calls of one connection have in common. */
export class Session {
  readonly address: string;
  readonly tlsPeer: PeerIdentity | undefined;
  /** When it was accepted, on the environment's `now()`. */
  readonly sinceMs: number;
  /** Who calls; known, or being found out, from the opening of the connection on. */
  caller: Caller;
  /** Compressors that the client reads. */
  readable: readonly number[];
  /** Called after a call was turned away because the caller failed to authenticate. */
  onTurnedAway: () => void;
  private readonly connection: () => ServerConnection;

  constructor(transport: Transport, sinceMs: number, connection: () => ServerConnection) {
    this.address = transport.peerAddress;
    this.tlsPeer = transport.peerIdentity;
    this.sinceMs = sinceMs;
    this.caller = anonymous;
    this.readable = [];
    this.onTurnedAway = () => undefined;
    this.connection = connection;
  }

  /** Bytes of the longest message that the client takes. */
  get maxReplyBytes(): number {
    return this.connection().peerLimits.maxMessageBytes;
  }
}
