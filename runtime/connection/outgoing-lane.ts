import { copiedBodyBytes } from "./connection.ts";

/** A message, or the word that ends a call, on its way out. */
export interface OutgoingMessage {
  readonly kind: number;
  /** For the last frame; chunks before it carry only `moreFollows`. */
  readonly flags: number;
  readonly serialization: number;
  /** Goes with the first frame. */
  readonly header: Uint8Array;
  /** Up to {@link copiedBodyBytes} bytes are copied when they have to wait; a longer one is not changed until sent. */
  readonly body: Uint8Array;
}

/** Memory that the caller may reuse is copied: see {@link copiedBodyBytes}. (`slice` would not copy a Buffer.) */
export function copySmall(body: Uint8Array): Uint8Array {
  return body.length > copiedBodyBytes || body.length === 0 ? body : new Uint8Array(body);
}

/** Whom a lane tells about its progress. */
export interface LaneOwner {
  /** Every message was written: the next one may come. */
  onLaneEmpty(): void;
  /** The first frame of a lane without an id is about to be written: ids must rise in the order of writing [STR-2]. */
  assignId(lane: OutgoingLane): void;
}

/**
 * idle: nothing to send -> queued (a message came)
 * queued: in one of the queues of {@link Outbound} -> idle (all sent), parked (no credit), waiting (too many chunked messages), closed
 * parked: for stream or connection credit -> queued (credit came), closed
 * waiting: for another chunked message to end -> queued, closed
 * closed: the call is over; what was left is dropped
 */
export type LaneState = "idle" | "queued" | "parked" | "waiting" | "closed";

/** The outgoing half of a call that cannot say everything at once: messages in order, credit of its stream. Only {@link Outbound} writes to it. */
export class OutgoingLane {
  /** Both halves 0: not assigned yet. */
  idHigh: number;
  idLow: number;
  readonly owner: LaneOwner;
  state: LaneState;
  /** Bytes that the peer allows on this stream. */
  credit: number;
  messages: OutgoingMessage[];
  /** Bytes of the first message's body that were sent. */
  offset: number;
  /** The first message has one of the places of messages in chunks. */
  isChunking: boolean;

  constructor(idHigh: number, idLow: number, credit: number, owner: LaneOwner) {
    this.idHigh = idHigh;
    this.idLow = idLow;
    this.owner = owner;
    this.state = "idle";
    this.credit = credit;
    this.messages = [];
    this.offset = 0;
    this.isChunking = false;
  }
}
