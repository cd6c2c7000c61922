import { FrameFlag, FrameKind, fixedBytes, HeaderTag, maxCredit } from "../protocol/frame.ts";
import { FrameWriter } from "../protocol/frame-writer.ts";
import { emptyHeader } from "../protocol/header-writer.ts";
import { initialConnectionBytes, initialStreamBytes, initialPeerLimits } from "../protocol/limits.ts";
import { giveBack } from "../wire/lent-memory.ts";
import type { LaneOwner, OutgoingMessage } from "./outgoing-lane.ts";
import { copySmall, OutgoingLane } from "./outgoing-lane.ts";
import { ChunkPlaces } from "./chunk-places.ts";
import { Pressure, type PressureLink, type ReplyProgress } from "./pressure.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { Queue } from "../environment/queue.ts";

/**
 * Body of the longest frame that we write, whatever the peer accepts: a small call waits behind one such frame per large message. 64 KiB of a
 * user's bytes fit, with the fields around them.
 */
export const maxChunkBytes: number = 65 * 1024;
/** Chunks smaller than this are not worth a frame, unless they end the message. */
const minChunkBytes = 16 * 1024;
/** Messages up to this size go before parts of larger ones. */
const smallMessageBytes = 16 * 1024;
/** Bytes written in one turn above which further messages stay with their calls. */
const maxDirectBytes = 512 * 1024;
/** Bytes taken from the queues per turn before input is read again. */
const turnBytes = 128 * 1024;

/** The connection whose {@link Outbound} it is. */
export interface OutboundLink extends PressureLink {
  /** What waits on all connections of a server together. */
  readonly outboundMemory?: MemoryBudget | undefined;
  /** The turn has come to its end: what was written is about to leave. */
  onFlush(): void;
  /** Everything that was written is with the transport, and the transport takes more. */
  onFlushed(): void;
}

/**
 * Everything that leaves a connection. Frames of a turn go out in one write. Small messages go first, large ones take turns chunk by chunk;
 * nothing is taken from the queues while the transport is full, so what waits stays with its call.
 */
export class Outbound implements ReplyProgress {
  /** For frames that need no credit and may pass everything that waits. Call {@link wake} afterwards. */
  readonly writer: FrameWriter;
  /** True while the transport is full. */
  blocked: boolean;
  /** Bytes of items that the peer allows on the connection. */
  connectionCredit: number;
  /** Bytes of messages in the queues. */
  waitingBytes: number;
  /** Responses in the queues. */
  waitingReplies: number;
  repliedBytes: number;
  /** Body of the longest frame that the peer takes and we write. */
  chunkBytes: number;
  private readonly link: OutboundLink;
  private readonly small: Queue<OutgoingLane>;
  private readonly large: Queue<OutgoingLane>;
  private connectionParked: OutgoingLane[];
  /** Made with the first message in chunks (bench `idle`). */
  private places: ChunkPlaces | undefined;
  private scheduled: boolean;
  private held: boolean;
  private closed: boolean;
  private readonly pressure: Pressure;
  private flushActions: (() => void)[];
  private readonly write: (bytes: Uint8Array, onWritten: () => void) => boolean;
  private readonly flushNow: () => void;

  constructor(link: OutboundLink) {
    this.writer = new FrameWriter();
    this.blocked = false;
    this.connectionCredit = initialConnectionBytes;
    this.waitingBytes = 0;
    this.waitingReplies = 0;
    this.repliedBytes = 0;
    this.chunkBytes = initialPeerLimits.maxFrameBytes;
    this.link = link;
    this.small = new Queue();
    this.large = new Queue();
    this.connectionParked = [];
    this.places = undefined;
    this.scheduled = false;
    this.held = false;
    this.closed = false;
    this.pressure = new Pressure(link);
    this.flushActions = [];
    this.write = (bytes, onWritten) => link.transport.write(bytes, onWritten);
    this.flushNow = () => this.flush();
  }

  /** True while we do not read because too much waits to be sent. */
  get isReadingPaused(): boolean {
    return this.pressure.isReadingPaused;
  }

  /** True when nothing waits here; the transport may still have some. */
  get isEmpty(): boolean {
    return (
      this.waitingBytes === 0 && this.small.length === 0 && this.large.length === 0 && this.writer.waitingBytes === 0
    );
  }

  /** Sees to it that what was written leaves at the end of this turn. */
  wake(): void {
    if (this.scheduled || this.closed) return;
    this.scheduled = true;
    this.link.environment.defer(this.flushNow);
  }

  /** Calls `action` when what has been written so far is with the transport. Not called when the connection ends first. */
  afterFlush(action: () => void): void {
    this.flushActions.push(action);
    this.wake();
  }

  /** True when a message with this much body may be written at once, past the queues. */
  canWrite(bodyBytes: number): boolean {
    return !this.blocked && bodyBytes <= this.chunkBytes && this.writer.waitingBytes < maxDirectBytes;
  }

  /** True when a message with this much body may wait here, beside all that waits on this and on other connections. */
  hasRoom(bodyBytes: number): boolean {
    const { limits, outboundMemory } = this.link;
    return this.waitingBytes + bodyBytes <= limits.maxOutboundBytes && outboundMemory?.hasRoom(bodyBytes) !== false;
  }

  /** Credit for the connection or, when the frame names one, a stream. */
  writeCredit(idHigh: number, idLow: number, bytes: number): void {
    this.writer.begin(FrameKind.credit, 0, 0, idHigh, idLow, 6, 0);
    this.writer.tag32(HeaderTag.credit, bytes);
    this.wake();
  }

  /** A frame of one piece without credit. */
  writeFrame(
    kind: number,
    serialization: number,
    flags: number,
    idHigh: number,
    idLow: number,
    header: Uint8Array,
    body: Uint8Array,
  ): void {
    this.writer.begin(kind, serialization, flags, idHigh, idLow, header.length, body.length);
    if (header.length > 0) this.writer.copy(header);
    this.writer.copy(body);
    this.wake();
  }

  /** A lane for a call's further messages. */
  openLane(idHigh: number, idLow: number, owner: LaneOwner): OutgoingLane {
    return new OutgoingLane(idHigh, idLow, initialStreamBytes, owner);
  }

  /** Queues a message behind those of its lane. @returns false when it (or an earlier one) has to wait */
  send(lane: OutgoingLane, message: OutgoingMessage): boolean {
    if (lane.state === "closed") return true;
    if (lane.state === "idle" && this.isFree(lane, message)) {
      this.writeWhole(lane, message);
      return true;
    }
    lane.messages.push(keepable(message));
    this.wait(message, message.body.length);
    if (lane.state === "idle") this.enqueue(lane);
    this.pressure.check(this.blocked, this.waitingBytes);
    this.wake();
    return false;
  }

  /** Drops what the lane had to send. */
  closeLane(lane: OutgoingLane): void {
    if (lane.state === "closed") return;
    const [first] = lane.messages;
    for (const message of lane.messages) this.leave(message, 0);
    lane.messages = [];
    lane.offset = 0;
    lane.state = "closed";
    if (lane.isChunking && first !== undefined) this.endChunking(lane, first);
  }

  /** @returns false when the sum is above {@link maxCredit} */
  addLaneCredit(lane: OutgoingLane, bytes: number): boolean {
    lane.credit += bytes;
    if (lane.credit > maxCredit) return false;
    if (lane.state === "parked") this.enqueue(lane);
    this.wake();
    return true;
  }

  /** @returns false when the sum is above {@link maxCredit} */
  addConnectionCredit(bytes: number): boolean {
    this.connectionCredit += bytes;
    if (this.connectionCredit > maxCredit) return false;
    const parked = this.connectionParked;
    this.connectionParked = [];
    for (const lane of parked) if (lane.state === "parked") this.enqueue(lane);
    this.wake();
    return true;
  }

  /** The transport takes more. */
  onDrain(): void {
    this.blocked = false;
    this.pressure.onDrain();
    this.flush();
  }

  /** Writes what is due. */
  flush(): void {
    this.scheduled = false;
    this.link.onFlush();
    if (this.closed || this.held) return;
    if (!this.blocked) this.fill();
    if (!this.writer.flush(this.write)) this.onBlocked();
    this.pressure.check(this.blocked, this.waitingBytes);
    this.runAfterFlush();
    if (this.blocked) return;
    if (this.small.length > 0 || this.large.length > 0) this.wakeLater();
    else this.link.onFlushed();
  }

  /** Keeps everything here, the calls in their queues, until {@link release}. */
  hold(): void {
    this.held = true;
    this.blocked = true;
  }

  /** Ends {@link hold}. */
  release(): void {
    this.held = false;
    this.onDrain();
  }

  /** Nothing is written any more. */
  close(): void {
    this.closed = true;
    this.pressure.close();
    this.flushActions = [];
  }

  private wakeLater(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.link.environment.yieldTurn(this.flushNow);
  }

  private runAfterFlush(): void {
    if (this.flushActions.length === 0) return;
    const actions = this.flushActions;
    this.flushActions = [];
    for (const action of actions) action();
  }

  /** May this message leave at once, whole, past the queues? */
  private isFree(lane: OutgoingLane, message: OutgoingMessage): boolean {
    const payload = message.header.length + message.body.length;
    if (this.blocked || message.body.length > smallMessageBytes) return false;
    if (message.kind !== FrameKind.item) return true;
    const cost = fixedBytes + payload;
    return cost <= lane.credit && cost <= this.connectionCredit;
  }

  private writeWhole(lane: OutgoingLane, message: OutgoingMessage): void {
    if (message.kind === FrameKind.item)
      this.pay(lane, message.kind, fixedBytes + message.header.length + message.body.length);
    const { kind, serialization, flags, header, body } = message;
    if (lane.idLow === 0 && lane.idHigh === 0) lane.owner.assignId(lane);
    this.writeFrame(kind, serialization, flags, lane.idHigh, lane.idLow, header, body);
  }

  private pay(lane: OutgoingLane, kind: number, cost: number): void {
    lane.credit -= cost;
    if (kind === FrameKind.item) this.connectionCredit -= cost;
  }

  private enqueue(lane: OutgoingLane): void {
    const first = lane.messages[0];
    lane.state = "queued";
    const isSmall = first === undefined || (lane.offset === 0 && first.body.length <= smallMessageBytes);
    (isSmall ? this.small : this.large).push(lane);
  }

  /** Takes frames from the queues: the small ones, then one of a large message, and so on. */
  private fill(): void {
    while (this.writer.waitingBytes < turnBytes) {
      const small = this.small.shift();
      if (small !== undefined) {
        this.advance(small);
        if (this.writer.waitingBytes < turnBytes / 2) continue;
      }
      const large = this.large.shift();
      if (large !== undefined) this.advance(large);
      else if (small === undefined) return;
    }
  }

  /** Sends one frame of a lane and puts the lane where it belongs next. */
  private advance(lane: OutgoingLane): void {
    const message = lane.messages[0];
    if (lane.state !== "queued" || message === undefined) return;
    const isWhole = lane.offset === 0 && message.body.length <= this.chunkBytes;
    const done = isWhole ? this.sendWhole(lane, message) : this.sendChunk(lane, message);
    if (lane.state !== "queued") return;
    if (done) this.finishMessage(lane, message);
    if (lane.messages.length > 0) this.enqueue(lane);
    else this.becomeIdle(lane);
  }

  private becomeIdle(lane: OutgoingLane): void {
    lane.state = "idle";
    lane.owner.onLaneEmpty();
  }

  private finishMessage(lane: OutgoingLane, message: OutgoingMessage): void {
    lane.messages.shift();
    this.leave(message, lane.offset);
    lane.offset = 0;
    if (lane.isChunking) this.endChunking(lane, message);
  }

  private sendWhole(lane: OutgoingLane, message: OutgoingMessage): boolean {
    const cost = fixedBytes + message.header.length + message.body.length;
    if (message.kind === FrameKind.item && this.parkWithout(lane, message, cost)) return false;
    this.writeWhole(lane, message);
    return true;
  }

  private sendChunk(lane: OutgoingLane, message: OutgoingMessage): boolean {
    if (!lane.isChunking && !this.beginChunking(lane, message)) return false;
    const header = lane.offset === 0 ? message.header : emptyHeader;
    const overhead = fixedBytes + header.length;
    const remaining = message.body.length - lane.offset;
    if (this.parkWithout(lane, message, overhead + Math.min(remaining, minChunkBytes))) return false;
    const available = this.available(lane, message) - overhead;
    const size = Math.min(remaining, this.chunkBytes, available);
    const isLast = size === remaining;
    const flags = isLast ? message.flags : message.flags | FrameFlag.moreFollows;
    if (lane.idLow === 0 && lane.idHigh === 0) lane.owner.assignId(lane);
    this.pay(lane, message.kind, overhead + size);
    const part = message.body.subarray(lane.offset, lane.offset + size);
    this.writeFrame(message.kind, message.serialization, flags, lane.idHigh, lane.idLow, header, part);
    if (isLast) return true;
    lane.offset += size;
    if (message.kind === FrameKind.response) this.repliedBytes += size;
    return false;
  }

  private wait(message: OutgoingMessage, bytes: number): void {
    this.waitingBytes += bytes;
    this.link.outboundMemory?.charge(bytes);
    if (message.kind !== FrameKind.response) return;
    this.waitingReplies++;
    this.pressure.onReplyWaits(this);
  }

  /** A message is gone. All of it counts until then: memory is not freed by the chunk, and a quarter of each long reply leaves without any credit of its reader. */
  private leave(message: OutgoingMessage, countedBytes: number): void {
    const { length } = message.body;
    giveBack(message.body);
    this.waitingBytes -= length;
    this.link.outboundMemory?.give(length);
    if (message.kind !== FrameKind.response) return;
    this.repliedBytes += length - countedBytes;
    if (--this.waitingReplies === 0) this.pressure.onRepliesGone();
  }

  private available(lane: OutgoingLane, message: OutgoingMessage): number {
    return message.kind === FrameKind.item ? Math.min(lane.credit, this.connectionCredit) : lane.credit;
  }

  /** @returns true when credit is missing: the lane waits for it */
  private parkWithout(lane: OutgoingLane, message: OutgoingMessage, cost: number): boolean {
    if (this.available(lane, message) >= cost) return false;
    lane.state = "parked";
    if (lane.credit >= cost) this.connectionParked.push(lane);
    return true;
  }

  private beginChunking(lane: OutgoingLane, { kind }: OutgoingMessage): boolean {
    this.places ??= new ChunkPlaces(this.link.limits.maxChunkedMessages);
    return this.places.take(lane, kind === FrameKind.item);
  }

  /** Who gets the place has it from now on: closed before its turn comes, it passes it on. */
  private endChunking(lane: OutgoingLane, { kind }: OutgoingMessage): void {
    const next = this.places?.give(lane, kind === FrameKind.item);
    if (next === undefined) return;
    this.enqueue(next);
    this.wake();
  }

  private onBlocked(): void {
    this.blocked = true;
    this.pressure.onBlocked();
  }
}

function keepable(message: OutgoingMessage): OutgoingMessage {
  const body = copySmall(message.body);
  return body === message.body ? message : { ...message, body };
}
