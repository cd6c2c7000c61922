import type { RpcError } from "../errors/rpc-error.ts";
import { initialStreamBytes } from "../protocol/limits.ts";
import type { Header } from "./frames.ts";

/** Something to send: a request, an item or the end of the items. */
export interface Outgoing {
  readonly kind: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Who gets what comes for a lane. Exactly one of `onReply`, `onEnd` and `onFailure` comes last. None of them throws. */
export interface LaneEvents {
  /** The header of the request, written as late as possible because the time that is left stands in it. */
  requestHeader(): Uint8Array;
  /** The one reply of a call, or an item that costs credit until it is consumed. */
  onMessage(body: Uint8Array, cost: number, header: Header): void;
  onEnd(header: Header): void;
  /** `remote`: what an error frame held. */
  onFailure(error: RpcError, remote?: RemoteFailure): void;
  /** Everything so far was sent; more may follow. */
  onSent(): void;
  /** The server has taken the call [GOA-1]. */
  onCredit(): void;
}

/** A declared error, as it travelled. */
export interface RemoteFailure {
  readonly typeName: string | undefined;
  readonly body: Uint8Array;
}

/** One call on one connection. The accounts of both directions are kept here. */
export interface Lane {
  readonly events: LaneEvents;
  readonly isOneway: boolean;
  /** Both 0 until the request is written. */
  idHigh: number;
  idLow: number;
  /** Place in the table of the connection; -1 while it waits for one. */
  place: number;
  isOver: boolean;
  /** What is still to be sent, and how much of the first one has left. */
  outgoing: Outgoing[];
  sentBytes: number;
  credit: number;
  /** The message that is arriving in chunks: its kind, 0 for none, and its parts. */
  partKind: number;
  parts: Uint8Array[];
  partBytes: number;
  partCost: number;
  /** The header of its first chunk. */
  head: Header | undefined;
  /** What the server may still send, and what waits to be consumed. */
  outstanding: number;
  held: number;
}

export function createLane(events: LaneEvents, isOneway: boolean): Lane {
  return {
    events,
    isOneway,
    idHigh: 0,
    idLow: 0,
    place: -1,
    isOver: false,
    outgoing: [],
    sentBytes: 0,
    credit: initialStreamBytes,
    partKind: 0,
    parts: [],
    partBytes: 0,
    partCost: 0,
    head: undefined,
    outstanding: initialStreamBytes,
    held: 0,
  };
}
