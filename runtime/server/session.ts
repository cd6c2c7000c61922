import type { ServerConnection } from "../connection/connection.ts";
import type { PeerIdentity } from "../transport/transport.ts";
import { anonymous, type Caller } from "./authentication.ts";

/** What calls of one connection have in common. */
export class Session {
  readonly address: string;
  readonly tlsPeer: PeerIdentity | undefined;
  /** Who calls; known, or being found out, from the opening of the connection on. */
  caller: Caller;
  /** Compressors that the client reads. */
  readable: readonly number[];
  /** Called after a call was turned away because the caller failed to authenticate. */
  onTurnedAway: () => void;
  readonly #connection: () => ServerConnection;

  constructor(address: string, tlsPeer: PeerIdentity | undefined, connection: () => ServerConnection) {
    this.address = address;
    this.tlsPeer = tlsPeer;
    this.caller = anonymous;
    this.readable = [];
    this.onTurnedAway = () => undefined;
    this.#connection = connection;
  }

  /** Bytes of the longest message that the client takes. */
  get maxReplyBytes(): number {
    return this.#connection().peerLimits.maxMessageBytes;
  }
}
