import { fixedBytes } from "../protocol/frame.ts";
import { initialConnectionBytes, type PageLimits } from "../protocol/limits.ts";
import { encodeFrame, noBytes } from "./frames.ts";
import type { Lane, Outgoing } from "./lane.ts";
import { binarySerialization, endKind, itemKind, moreFollowsFlag, noneSerialization, requestKind } from "./numbers.ts";

/** What an outbox needs of its connection. */
export interface OutboxOptions {
  readonly limits: PageLimits;
  /** The socket takes more. */
  hasRoom(): boolean;
  write(frame: Uint8Array): void;
  /** Gives a lane its id: its request is being written. */
  assignId(lane: Lane): void;
  /** A one-way request has been handed over. */
  onHanded(lane: Lane): void;
}

/** Longer messages go in chunks; short enough for others to come between. */
const chunkBytes = 32 * 1024;
/** A chunk is not made shorter than this for want of credit. */
const minChunkBytes = 4 * 1024;

/** What all calls of a connection have to send. Lanes take turns frame by frame, so nobody waits behind a large message [MSG-3]. */
export interface Outbox {
  /** Bytes of messages that wait. */
  readonly waitingBytes: number;
  /** Queues a message; one of a lane without a place waits until {@link Outbox.enter}. */
  send(lane: Lane, message: Outgoing): void;
  /** The lane has got its place. */
  enter(lane: Lane): void;
  /** The server allows more, to a lane or to all. @returns false when the sum is above 2^31 - 1 [FLW-6] */
  addCredit(lane: Lane | undefined, bytes: number): boolean;
  /** Sends while there is room. @returns true when more could be sent if there were */
  pump(): boolean;
  /** The lane has nothing to send any more. */
  close(lane: Lane): void;
}

export function createOutbox({ limits, hasRoom, write, assignId, onHanded }: OutboxOptions): Outbox {
  const ready: Lane[] = [];
  /** Lanes that lack credit, or wait for one of the messages in chunks to end. */
  const parked = new Set<Lane>();
  const chunked = new Set<Lane>();
  let credit: number = initialConnectionBytes;
  let waitingBytes = 0;

  function unpark(): void {
    ready.push(...parked);
    parked.clear();
  }

  /** @returns how much of the body may leave now; -1: the lane has to wait */
  function allowance(lane: Lane, message: Outgoing, overhead: number): number {
    const left = message.body.length - lane.sentBytes;
    const isItem = message.kind === itemKind;
    const isChunked = lane.sentBytes > 0 || left > chunkBytes;
    if (!isItem && !isChunked) return left;
    const available = (isItem ? Math.min(lane.credit, credit) : lane.credit) - overhead;
    if (available < Math.min(left, isChunked ? minChunkBytes : left)) return -1;
    if (isChunked && !chunked.has(lane) && !hasPlace(isItem)) return -1;
    return Math.min(left, chunkBytes, available);
  }

  /** Items get half of the places: one keeps its own until a slow reader has read it, and no request may wait for that [MSG-4]. */
  function hasPlace(isItem: boolean): boolean {
    const { maxChunkedMessages: places } = limits;
    const items = [...chunked].filter(({ outgoing: [first] }) => first?.kind === itemKind).length;
    return chunked.size < places && !(isItem && items >= Math.max(places >> 1, 1));
  }

  function advance(lane: Lane): void {
    const [message] = lane.outgoing;
    if (message === undefined) return;
    const { kind, body } = message;
    const header = kind === requestKind && lane.sentBytes === 0 ? lane.events.requestHeader() : noBytes;
    const size = allowance(lane, message, fixedBytes + header.length);
    if (size < 0) return void parked.add(lane);
    const end = lane.sentBytes + size;
    const isLast = end === body.length;
    const flags = message.flags | (isLast ? 0 : moreFollowsFlag);
    if (kind === requestKind && lane.sentBytes === 0) assignId(lane);
    const serialization = kind === endKind ? noneSerialization : binarySerialization;
    const part = body.subarray(lane.sentBytes, end);
    const frame = encodeFrame(kind, flags, lane, header, part, serialization);
    write(frame);
    if (kind === itemKind || !isLast || chunked.has(lane)) {
      lane.credit -= frame.length;
      if (kind === itemKind) credit -= frame.length;
    }
    waitingBytes -= size;
    if (isLast) finish(lane);
    else {
      lane.sentBytes = end;
      chunked.add(lane);
      ready.push(lane);
    }
  }

  function finish(lane: Lane): void {
    lane.outgoing.shift();
    lane.sentBytes = 0;
    if (chunked.delete(lane)) unpark();
    if (lane.outgoing.length > 0) ready.push(lane);
    else if (lane.isOneway) onHanded(lane);
    else lane.events.onSent();
  }

  return {
    get waitingBytes() {
      return waitingBytes;
    },
    send(lane, message) {
      waitingBytes += message.body.length;
      if (lane.outgoing.push(message) === 1 && lane.place >= 0) ready.push(lane);
    },
    enter: (lane) => void ready.push(lane),
    addCredit(lane, bytes) {
      unpark();
      return (lane === undefined ? (credit += bytes) : (lane.credit += bytes)) < 2 ** 31;
    },
    pump() {
      while (ready.length > 0) {
        if (!hasRoom()) return true;
        advance(ready.shift() as Lane);
      }
      return false;
    },
    close(lane) {
      for (const { body } of lane.outgoing) waitingBytes -= body.length;
      waitingBytes += lane.sentBytes;
      lane.outgoing = [];
      lane.sentBytes = 0;
      parked.delete(lane);
      if (chunked.delete(lane)) unpark();
    },
  };
}
