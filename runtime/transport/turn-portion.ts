/** The transport whose input a {@link TurnPortion} is about. */
export interface PortionOwner {
  /** Takes a slice of its input; a view, valid only during the call. */
  deliver(bytes: Uint8Array): void;
  /** Takes one slice of what it holds back. @returns true when more waits that it would take */
  proceed(): boolean;
  /** It was paused, or has ended. */
  readonly takesNothing: boolean;
}

/** The first slice of a connection: a handshake, or some small calls. */
const leastSliceBytes = 256;
/** As many bytes as a socket reads at once. */
const mostSliceBytes = 64 * 1024;
/** A slice that takes less is cheap: the next one may be twice as long. */
const cheapMs = 1;
/** A slice that takes more makes the next one half as long. */
const dearMs = 4;
/** Cheap slices that make a connection trusted. */
const provenTrust = 5;
/** One slice that a collection of garbage made dear does not cost a good connection its place. */
const mostTrust = 8;
const distrust = 3;

/** `trusted`: has shown that its slices are cheap. `fresh`: has not yet. `heavy`: its last slice was dear. */
export type PortionClass = "trusted" | "fresh" | "heavy";

/** What one connection uses of the turns of the event loop: how much input it gets at a time, and how it stands to the others. */
export class TurnPortion {
  readonly owner: PortionOwner;
  /** Bytes that it gets at a time. */
  sliceBytes: number;
  /** It stands in a queue of the share, or was served and is to be charged. */
  isWaiting: boolean;
  /** More of it waits; holds while it is to be charged. */
  hasMore: boolean;
  /** Milliseconds that its last slice took. */
  costMs: number;
  private trust: number;

  constructor(owner: PortionOwner) {
    this.owner = owner;
    this.sliceBytes = leastSliceBytes;
    this.isWaiting = false;
    this.hasMore = false;
    this.costMs = 0;
    this.trust = 0;
  }

  /** A slice took `costMs`. */
  charge(costMs: number): void {
    this.costMs = costMs;
    const isCheap = costMs < cheapMs;
    this.trust = isCheap ? Math.min(this.trust + 1, mostTrust) : Math.max(this.trust - distrust, 0);
    if (isCheap) this.sliceBytes = Math.min(this.sliceBytes * 2, mostSliceBytes);
    else if (costMs > dearMs) this.sliceBytes = Math.max(this.sliceBytes / 2, leastSliceBytes);
  }

  get class(): PortionClass {
    if (this.trust >= provenTrust) return "trusted";
    return this.costMs < cheapMs ? "fresh" : "heavy";
  }
}
