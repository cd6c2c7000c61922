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
const lineFeed = 0x0a;

/**
 * `trusted`: has shown that its slices are cheap. `greeting`: has not said its first line, for which no handler runs. `fresh`: has, and shown nothing yet.
 * `heavy`: its last slice was dear.
 */
export type PortionClass = "trusted" | "greeting" | "fresh" | "heavy";

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
  /** Its first line has not been handed over. */
  isGreeting: boolean;
  private trust: number;

  constructor(owner: PortionOwner) {
    this.owner = owner;
    this.sliceBytes = leastSliceBytes;
    this.isWaiting = false;
    this.hasMore = false;
    this.costMs = 0;
    this.isGreeting = true;
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
    if (this.costMs >= cheapMs) return "heavy";
    return this.isGreeting ? "greeting" : "fresh";
  }

  /**
   * The bytes that are handed over next. Those of a greeting end with its line: in the calls that may follow it at once it must not go before others, and it must
   * not wait as long as they do, for its handshake has a time limit on either side.
   */
  sliceOf(bytes: Uint8Array): Uint8Array {
    const slice = bytes.subarray(0, this.sliceBytes);
    if (!this.isGreeting) return slice;
    const lineEnd = slice.indexOf(lineFeed);
    return lineEnd < 0 ? slice : slice.subarray(0, lineEnd + 1);
  }

  /** Bytes are handed over. */
  onDelivered(bytes: Uint8Array): void {
    if (this.isGreeting && bytes.includes(lineFeed)) this.isGreeting = false;
  }
}
