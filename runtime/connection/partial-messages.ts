import type { IncomingLane } from "./incoming-lane.ts";

interface Place {
  readonly idHigh: number;
  readonly idLow: number;
  readonly isItem: boolean;
}

/** The messages that a peer has begun in chunks and not ended, oldest first. */
export class PartialMessages {
  /** Bytes of them that have arrived. */
  bytes: number;
  /** Made with the first: most connections never see one (bench `idle`). */
  private places: Map<IncomingLane, Place> | undefined;

  constructor() {
    this.bytes = 0;
    this.places = undefined;
  }

  get size(): number {
    return this.places?.size ?? 0;
  }

  add(lane: IncomingLane, place: Place): void {
    (this.places ??= new Map()).set(lane, place);
  }

  /** The message is complete, or given up. */
  delete(lane: IncomingLane): void {
    this.places?.delete(lane);
  }

  /**
   * True for the one that goes on when there is no memory for all [MSG-6]: the oldest request or reply, or where there is none the oldest item that does not
   * wait for its reader.
   */
  isFirst(lane: IncomingLane): boolean {
    let first: IncomingLane | undefined;
    for (const [next, { isItem }] of this.places ?? []) {
      if (!isItem) return next === lane;
      if (!next.window.isHeldUp) first ??= next;
    }
    return first === lane;
  }

  /** Calls `visit` for each, oldest first. */
  forEach(visit: (lane: IncomingLane, idHigh: number, idLow: number) => void): void {
    for (const [lane, { idHigh, idLow }] of this.places ?? []) visit(lane, idHigh, idLow);
  }
}
