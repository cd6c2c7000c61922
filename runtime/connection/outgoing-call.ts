import type { WheelEntry } from "../environment/timer-wheel.ts";
import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { FrameFlag, FrameKind, GoawayCode, HeaderTag } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { emptyHeader, HeaderWriter } from "../protocol/header-writer.ts";
import { type OutgoingCall, type OutgoingRequest, type RemoteFailure, type ReplyReceiver } from "./connection.ts";
import { decodeFailure } from "./failure.ts";
import { IncomingLane, type IncomingMessage } from "./incoming-lane.ts";
import type { Multiplexer } from "./multiplexer.ts";
import { copySmall, type LaneOwner, type OutgoingLane, type OutgoingMessage } from "./outgoing-lane.ts";
import { createReplyHead, toSerialization } from "./reply-head.ts";

/** What a call asks of its connection. */
export interface OutgoingCallOwner {
  readonly link: Multiplexer;
  /** True for the number of a compressor that was offered to the peer; 0 is none. */
  reads(compressor: number): boolean;
  /** Gives the call the next id; called when its first frame is written. */
  assignId(call: ClientCall): void;
  /** The call is over: its lane is free. */
  release(call: ClientCall): void;
}

/**
 * waiting: in line for a place -> open (sent), done
 * open: the request was written or queued -> done
 * done: the receiver had its outcome
 */
type CallState = "waiting" | "open" | "done";

/** A call at the client. */
export class ClientCall implements OutgoingCall, WheelEntry, LaneOwner {
  /** Both halves 0 until the first frame is written. */
  idHigh: number;
  idLow: number;
  /** Place in the table; set when the call opens. */
  lane: number;
  state: CallState;
  deadlineMs: number;
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  wheelBucket: number;
  /** Kept while the call waits in line. */
  request: OutgoingRequest | undefined;
  /** Metadata, encoded; kept while the call waits in line. */
  extra: Uint8Array;
  readonly serialization: number;
  readonly isOneway: boolean;
  private readonly receiver: ReplyReceiver;
  private readonly owner: OutgoingCallOwner;
  private sendsItems: boolean;
  private isWritableWanted: boolean;
  private outgoing: OutgoingLane | undefined;
  private incoming: IncomingLane | undefined;
  private head: Uint8Array | undefined;
  /** What came while the call waited in line. */
  private early: OutgoingMessage[] | undefined;

  constructor(owner: OutgoingCallOwner, request: OutgoingRequest, serialization: number) {
    this.idHigh = 0;
    this.idLow = 0;
    this.lane = -1;
    this.state = "waiting";
    this.deadlineMs = request.deadlineMs ?? Infinity;
    this.wheelNext = undefined;
    this.wheelPrevious = undefined;
    this.wheelBucket = -1;
    this.request = undefined;
    this.extra = emptyHeader;
    this.serialization = serialization;
    this.isOneway = request.oneway === true;
    this.receiver = request.receiver;
    this.owner = owner;
    this.sendsItems = request.hasItems === true;
    this.isWritableWanted = false;
    this.outgoing = undefined;
    this.incoming = undefined;
    this.head = undefined;
    this.early = undefined;
  }

  get turnMs(): number {
    return this.owner.link.turnMs();
  }

  sendItem(body: Uint8Array, compressor = 0): boolean {
    if (this.state === "done" || !this.sendsItems) return true;
    if (this.isTooLong(body)) return true;
    const isSent = this.send(FrameKind.item, compressor, this.serialization, body);
    this.isWritableWanted = !isSent;
    return isSent;
  }

  endItems(): void {
    if (this.state === "done" || !this.sendsItems) return;
    this.sendsItems = false;
    this.send(FrameKind.end, FrameFlag.endOfStream, 0, emptyHeader);
  }

  consumed(cost: number): void {
    if (this.incoming !== undefined) this.owner.link.messages.consume(this.incoming, this.idHigh, this.idLow, cost);
  }

  cancel(error?: RpcError): void {
    this.cancelWith(error ?? fault("cancelled_by_caller", "The caller cancelled the call."));
  }

  onDeadline(): void {
    this.cancelWith(fault("deadline_passed", "The deadline passed before the reply came."));
  }

  assignId(lane: OutgoingLane): void {
    this.owner.assignId(this);
    lane.idHigh = this.idHigh;
    lane.idLow = this.idLow;
  }

  onLaneEmpty(): void {
    if (this.isOneway) return this.owner.link.outbound.afterFlush(() => this.onHanded());
    if (!this.isWritableWanted) return;
    this.isWritableWanted = false;
    this.guard(() => this.receiver.onWritable?.());
  }

  /** Ends the call with a failure made here. */
  fail(error: RpcError, failure?: RemoteFailure): void {
    if (this.state === "done") return;
    this.finish();
    this.deliverError(error, failure);
  }

  /** A one-way request is with the transport. */
  onHanded(): void {
    if (this.state === "done") return;
    this.finish();
    this.deliver(() => this.receiver.onEnd(createReplyHead(this.serialization, undefined)));
  }

  /** The request was sent: what came while the call waited in line follows it. */
  onOpened(): void {
    const early = this.early;
    if (early === undefined) return;
    this.early = undefined;
    let isFree = true;
    for (const message of early) isFree = this.owner.link.outbound.send(this.outgoingLane(), message);
    if (isFree) this.onLaneEmpty();
  }

  /** Puts the request into the queues, where it waits for the transport; a small one may leave at once all the same. */
  queueRequest(flags: number, header: Uint8Array, body: Uint8Array): void {
    const isSent = this.owner.link.outbound.send(this.outgoingLane(), {
      kind: FrameKind.request,
      flags,
      serialization: this.serialization,
      header,
      body,
    });
    if (isSent && this.isOneway) this.onLaneEmpty();
  }

  /** @returns false when the sum overflows */
  addCredit(bytes: number): boolean {
    this.receiver.onCredit?.();
    return this.owner.link.outbound.addLaneCredit(this.outgoingLane(), bytes);
  }

  onFrame(reader: FrameReader): void {
    if (reader.kind === FrameKind.item) this.onItem(reader);
    else if (reader.kind === FrameKind.response) this.onResponse(reader);
    else if (reader.kind === FrameKind.end) this.onEnd(reader);
    else this.onErrorFrame(reader);
  }

  private onResponse(reader: FrameReader): void {
    const link = this.owner.link;
    if (this.incoming === undefined && (reader.flags & FrameFlag.moreFollows) === 0) {
      if (reader.bodyEnd - reader.bodyStart > link.limits.maxMessageBytes) return this.failTooLong();
      return this.respond(reader.body(), reader.serialization, reader.flags & FrameFlag.compressorMask);
    }
    const message = link.messages.receive(reader, this.lanes());
    if (message === "too_long") return this.failTooLong();
    if (typeof message === "string") return this.keepHead(reader);
    this.respond(message.body, message.serialization, message.compressor);
  }

  /** Metadata travels with the first chunk. */
  private keepHead(reader: FrameReader): void {
    if (reader.bodyStart > reader.headerStart) this.head ??= this.owner.link.header.retainMetadata();
  }

  private takeHead(serialization: number, compressor = 0): ReturnType<typeof createReplyHead> {
    const header = this.head ?? this.owner.link.header.retainMetadata();
    this.head = undefined;
    return createReplyHead(serialization, header, compressor);
  }

  private respond(body: Uint8Array, serialization: number, compressor: number): void {
    if (this.isForeign(serialization, compressor)) return;
    const head = this.takeHead(serialization, compressor);
    this.finish();
    try {
      this.receiver.onResponse(body, head);
    } catch (error) {
      this.deliverError(RpcError.from(error), undefined);
    }
  }

  private onItem(reader: FrameReader): void {
    const message = this.owner.link.messages.receive(reader, this.lanes());
    if (message === "too_long") return this.failTooLong();
    if (typeof message === "string") return this.keepHead(reader);
    if (this.isForeign(message.serialization, message.compressor)) return;
    this.deliverItem(message);
  }

  private deliverItem(message: IncomingMessage): void {
    const head = this.takeHead(message.serialization, message.compressor);
    try {
      this.receiver.onItem(message.body, message.cost, head);
    } catch (error) {
      this.cancelWith(RpcError.from(error));
    }
  }

  private onEnd(reader: FrameReader): void {
    if (this.incoming?.assembly !== undefined || reader.bodyEnd > reader.bodyStart) {
      return this.fault("An end came inside a message, or with a body.");
    }
    const head = this.takeHead(this.serialization);
    this.finish();
    this.deliver(() => this.receiver.onEnd(head));
  }

  private onErrorFrame(reader: FrameReader): void {
    const { header } = this.owner.link;
    const failure: RemoteFailure = {
      errorType: header.text(HeaderTag.errorType),
      serialization: toSerialization(reader.serialization),
      body: reader.body(),
    };
    this.fail(decodeFailure(header), failure);
  }

  /** Compressors and serializations that were not negotiated only fail the call. */
  private isForeign(serialization: number, compressor: number): boolean {
    const isFine = serialization >= 1 && serialization <= 2 && (compressor === 0 || this.owner.reads(compressor));
    if (!isFine)
      this.cancelWith(
        fault(
          "unsupported",
          `The reply is in serialization ${serialization} with compressor ${compressor}, which was not offered.`,
        ),
      );
    return !isFine;
  }

  private failTooLong(): void {
    const { maxMessageBytes } = this.owner.link.limits;
    this.cancelWith(fault("limit_exceeded", `A message from the server is longer than ${maxMessageBytes} bytes.`));
  }

  private isTooLong(body: Uint8Array): boolean {
    const limit = this.owner.link.peer.maxMessageBytes;
    if (body.length <= limit) return false;
    this.cancelWith(
      fault("limit_exceeded", `An item of ${body.length} bytes is longer than the ${limit} that the server takes.`),
    );
    return true;
  }

  private fault(message: string): void {
    this.owner.link.onFault({ code: GoawayCode.protocol, message });
  }

  private send(kind: number, flags: number, serialization: number, body: Uint8Array): boolean {
    if (this.state === "open") {
      return this.owner.link.outbound.send(this.outgoingLane(), {
        kind,
        flags,
        serialization,
        header: emptyHeader,
        body,
      });
    }
    (this.early ??= []).push({ kind, flags, serialization, header: emptyHeader, body: copySmall(body) });
    return false;
  }

  private outgoingLane(): OutgoingLane {
    return (this.outgoing ??= this.owner.link.outbound.openLane(this.idHigh, this.idLow, this));
  }

  private lanes(): IncomingLane {
    if (this.incoming === undefined) {
      this.incoming = new IncomingLane(this.owner.link.limits.streamCreditBytes);
      this.owner.link.messages.grantStream(this.incoming, this.idHigh, this.idLow);
    }
    return this.incoming;
  }

  private cancelWith(error: RpcError): void {
    if (this.state === "done") return;
    const wasSent = this.idLow !== 0 || this.idHigh !== 0;
    const link = this.owner.link;
    // Before the lane is free: a call that waits in line takes it at once, and its request must not pass the cancel.
    if (wasSent && link.state !== "closed") {
      const header = new HeaderWriter().number(HeaderTag.errorCode, error.code).finish();
      link.outbound.writeFrame(FrameKind.cancel, 0, 0, this.idHigh, this.idLow, header, emptyHeader);
    }
    this.finish();
    this.deliverError(error, undefined);
  }

  private finish(): void {
    this.state = "done";
    const link = this.owner.link;
    link.wheel.remove(this);
    if (this.outgoing !== undefined) link.outbound.closeLane(this.outgoing);
    if (this.incoming !== undefined) link.messages.closeLane(this.incoming);
    this.owner.release(this);
  }

  private deliver(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.deliverError(RpcError.from(error), undefined);
    }
  }

  private deliverError(error: RpcError, failure: RemoteFailure | undefined): void {
    try {
      this.receiver.onError(error, failure);
    } catch {
      // Nobody is left to tell: the outcome was delivered and its receiver is at fault.
    }
  }

  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.cancelWith(RpcError.from(error));
    }
  }
}
