import type { TraceContext } from "../protocol/trace.ts";
import type { WheelEntry } from "../environment/timer-wheel.ts";
import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { FrameFlag, FrameKind, GoawayCode, HeaderTag, laneMask } from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { decodeMetadata, type HeaderReader } from "../protocol/header-reader.ts";
import { emptyHeader, HeaderWriter } from "../protocol/header-writer.ts";
import { giveBack } from "../wire/lent-memory.ts";
import type { IncomingCall, Metadata, OutgoingFailure, RequestReceiver, Serialization } from "./connection.ts";
import { encodeFailure } from "./failure.ts";
import { IncomingLane } from "./incoming-lane.ts";
import type { IncomingCallOwner } from "./incoming-call-owner.ts";
import type { LaneOwner, OutgoingLane } from "./outgoing-lane.ts";
import { toSerialization } from "./reply-head.ts";

/**
 * reading: the request arrives in chunks -> running, done
 * running: the handler has it -> replying (the last word waits in the queues), done
 * replying -> done
 * done: answered, cancelled, timed out or lost
 */
type CallState = "reading" | "running" | "replying" | "done";

/** A call at the server. */
export class ServerCall implements IncomingCall, WheelEntry, LaneOwner {
  readonly idHigh: number;
  readonly idLow: number;
  readonly lane: number;
  readonly methodId: number;
  readonly methodPath: string | undefined;
  readonly serialization: Serialization;
  /** Of the body of the request. */
  compressor: number;
  readonly oneway: boolean;
  hasItems: boolean;
  readonly attempt: number;
  readonly priority: number | undefined;
  readonly trace: TraceContext | undefined;
  receiver: RequestReceiver | undefined;
  deadlineMs: number;
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  wheelBucket: number;
  /** Bytes of the request, charged until the call is forgotten. */
  requestBytes: number;
  isSettled: boolean;
  private state: CallState;
  private readonly owner: IncomingCallOwner;
  private readonly header: Uint8Array | undefined;
  private pairs: readonly (readonly [key: string, value: string])[] | undefined;
  private itemsEnded: boolean;
  /** Broken off before the request was complete: the rest of it is late, not wrong [STR-6]. */
  private isCutShort: boolean;
  private hasSentMetadata: boolean;
  private outgoing: OutgoingLane | undefined;
  private incoming: IncomingLane | undefined;

  constructor(owner: IncomingCallOwner, reader: FrameReader, header: HeaderReader, deadlineMs: number) {
    this.idHigh = reader.idHigh;
    this.idLow = reader.idLow;
    this.lane = reader.idLow & laneMask;
    this.methodId = header.methodId;
    this.methodPath = header.has(HeaderTag.methodPath) ? header.text(HeaderTag.methodPath) : undefined;
    this.serialization = toSerialization(reader.serialization);
    this.compressor = reader.flags & FrameFlag.compressorMask;
    this.oneway = (reader.flags & FrameFlag.oneway) !== 0;
    this.hasItems = (reader.flags & FrameFlag.endOfStream) === 0;
    this.attempt = header.attempt;
    this.priority = header.priority < 0 ? undefined : header.priority;
    this.trace = header.has(HeaderTag.traceContext) ? header.trace() : undefined;
    this.receiver = undefined;
    this.deadlineMs = deadlineMs;
    this.wheelNext = undefined;
    this.wheelPrevious = undefined;
    this.wheelBucket = -1;
    this.requestBytes = 0;
    this.isSettled = false;
    this.state = "reading";
    this.owner = owner;
    this.header = header.retainMetadata();
    this.pairs = undefined;
    this.itemsEnded = !this.hasItems;
    this.isCutShort = false;
    this.hasSentMetadata = false;
    this.outgoing = undefined;
    this.incoming = undefined;
  }

  get open(): boolean {
    return this.state === "running" || this.state === "reading";
  }

  /** True once nothing more is sent or read. */
  get isOver(): boolean {
    return this.state === "done";
  }

  /** True until the request is complete. */
  get isReading(): boolean {
    return this.state === "reading";
  }

  metadata(): readonly (readonly [key: string, value: string])[] {
    return (this.pairs ??= decodeMetadata(this.header));
  }

  respond(body: Uint8Array, metadata?: Metadata, compressor = 0): void {
    if (this.state !== "running" || this.isMuteOrTooLong(body)) return;
    const flags = FrameFlag.endOfStream | compressor;
    this.say(FrameKind.response, flags, this.serialization, this.encodeMetadata(metadata), body);
  }

  sendItem(body: Uint8Array, metadata?: Metadata, compressor = 0): boolean {
    if (this.state !== "running" || this.isMuteOrTooLong(body)) return true;
    if (!this.hasRoom(body)) {
      this.breakOff(fault("limit_exceeded", tooMuchWaits));
      return true;
    }
    const message = {
      kind: FrameKind.item,
      flags: compressor,
      serialization: this.serialization,
      header: this.encodeMetadata(metadata),
      body,
    };
    return this.owner.link.outbound.send(this.outgoingLane(), message);
  }

  end(metadata?: Metadata): void {
    if (this.state !== "running") return;
    if (this.oneway) return this.finish();
    this.say(FrameKind.end, FrameFlag.endOfStream, 0, this.encodeMetadata(metadata), emptyHeader);
  }

  fail(failure: OutgoingFailure): void {
    if (this.state !== "running" && this.state !== "reading") return;
    if (this.oneway) return this.finish();
    const body = failure.body ?? emptyHeader;
    const serialization = body.length === 0 ? 0 : this.serialization;
    const header = encodeFailure(failure, this.owner.link.limits);
    const fits = body.length <= maxFailureBytes;
    this.say(FrameKind.error, FrameFlag.endOfStream, fits ? serialization : 0, header, fits ? body : emptyHeader);
  }

  get isCrowded(): boolean {
    return this.owner.link.memory?.isNearlyFull === true;
  }

  chargeRequest(bytes: number): boolean {
    return this.isSettled || this.owner.charge(this, bytes);
  }

  consumed(cost: number): void {
    if (this.incoming !== undefined) this.owner.link.messages.consume(this.incoming, this.idHigh, this.idLow, cost);
  }

  settle(): void {
    if (this.isSettled) return;
    this.isSettled = true;
    if (this.state === "running") {
      if (!this.oneway) return this.failUnanswered();
      this.finish();
    } else if (this.state === "done") this.owner.forget(this);
  }

  onDeadline(): void {
    this.breakOff(fault("deadline_passed", "The deadline passed while the server worked on the call."));
  }

  assignId(): void {
    // The client chose the id; it is never 0.
  }

  onLaneEmpty(): void {
    if (this.state === "replying") return this.finish();
    this.call(() => this.receiver?.onWritable?.());
  }

  /** The caller gave up or the connection is lost: the handler hears of it, nothing more is said. */
  cancel(error: RpcError): void {
    const before = this.state;
    this.finish();
    if (before === "running") this.tell(error);
    else if (before === "reading") this.settle();
  }

  /** Continues a request in chunks. */
  onRequestChunk(reader: FrameReader): void {
    if (this.isCutShort) return;
    if (this.state !== "reading") return this.fault("A request was sent twice with the same id.");
    this.readRequest(reader);
  }

  /** Takes a frame of the request. */
  readRequest(reader: FrameReader): void {
    const link = this.owner.link;
    const isWhole = this.incoming === undefined && (reader.flags & FrameFlag.moreFollows) === 0;
    if (isWhole && reader.bodyEnd - reader.bodyStart <= link.limits.maxMessageBytes)
      return this.start(reader, reader.body());
    const message = link.messages.receive(reader, this.lanes());
    if (message === "too_long" || message === "no_memory") return this.refuseMessage(message);
    if (typeof message !== "string") this.start(reader, message.body);
  }

  onItem(reader: FrameReader): void {
    if (this.itemsEnded || this.state === "reading")
      return this.fault("An item came before the request was complete or after its end.");
    const message = this.owner.link.messages.receive(reader, this.lanes());
    if (message === "too_long" || message === "no_memory") return this.refuseMessage(message);
    if (typeof message === "string") return;
    if (message.serialization !== this.serialization)
      return this.refuseWith("unsupported", "The items of a call must have the serialization of its request.");
    if (message.compressor !== 0 && !this.owner.reads(message.compressor))
      return this.refuseWith("unsupported", "The compressor of an item was not offered.");
    if (this.receiver?.onItem === undefined || this.state !== "running") return this.consumed(message.cost);
    this.call(() => this.receiver?.onItem?.(message.body, message.cost, message.compressor));
    if ((reader.flags & FrameFlag.endOfStream) !== 0) this.endItems();
  }

  onItemsEnd(reader: FrameReader): void {
    if (
      this.itemsEnded ||
      this.state === "reading" ||
      this.incoming?.assembly !== undefined ||
      reader.bodyEnd > reader.bodyStart
    ) {
      return this.fault("An end came twice, inside a message, or with a body.");
    }
    this.endItems();
  }

  /** Turns the call away; its handler does not run. */
  refuse(failure: OutgoingFailure): void {
    if (this.oneway) this.owner.drop(this, failure.error);
    this.fail({ ...failure, notStarted: true });
    this.settle();
  }

  /** @returns false when the sum overflows */
  addCredit(bytes: number): boolean {
    return this.oneway || this.owner.link.outbound.addLaneCredit(this.outgoingLane(), bytes);
  }

  private endItems(): void {
    this.itemsEnded = true;
    if (this.state === "running") this.call(() => this.receiver?.onItemsEnd?.());
  }

  /** Whether items follow stands on the last chunk of the request. */
  private start(reader: FrameReader, body: Uint8Array): void {
    this.hasItems = (reader.flags & FrameFlag.endOfStream) === 0;
    this.itemsEnded = !this.hasItems;
    this.state = "running";
    this.requestBytes = body.length;
    this.owner.dispatch(this, body);
  }

  /** The last word. It may have to wait behind items, for credit or for the transport. */
  private say(kind: number, flags: number, serialization: number, header: Uint8Array, body: Uint8Array): void {
    const { outbound } = this.owner.link;
    this.state = "replying";
    const lane = this.outgoing;
    if ((lane === undefined || lane.state === "idle") && outbound.canWrite(body.length))
      return this.sayAtOnce(kind, flags, serialization, header, body);
    if (!this.hasRoom(body)) return this.sayTooMuch();
    if (outbound.send(this.outgoingLane(), { kind, flags, serialization, header, body })) this.finish();
  }

  private sayAtOnce(kind: number, flags: number, serialization: number, header: Uint8Array, body: Uint8Array): void {
    this.owner.link.outbound.writeFrame(kind, serialization, flags, this.idHigh, this.idLow, header, body);
    giveBack(body);
    this.finish();
  }

  /** A body without room is done with: as garbage it would take as much memory as one that waits. */
  private hasRoom(body: Uint8Array): boolean {
    if (this.owner.link.outbound.hasRoom(body.length)) return true;
    giveBack(body);
    return false;
  }

  private sayTooMuch(): void {
    const error = fault("limit_exceeded", tooMuchWaits);
    const header = encodeFailure({ error }, this.owner.link.limits);
    this.sayAtOnce(FrameKind.error, FrameFlag.endOfStream, 0, header, emptyHeader);
  }

  private failUnanswered(): void {
    this.fail({ error: fault("handler_threw", "internal error") });
  }

  private isMuteOrTooLong(body: Uint8Array): boolean {
    if (this.oneway) {
      this.finish();
      return true;
    }
    const limit = Math.min(this.owner.link.limits.maxMessageBytes, this.owner.link.peer.maxMessageBytes);
    if (body.length <= limit) return false;
    this.fail({
      error: fault(
        "limit_exceeded",
        `A reply of ${body.length} bytes is longer than the ${limit} that the client takes.`,
      ),
    });
    return true;
  }

  private encodeMetadata(metadata: Metadata | undefined): Uint8Array {
    if (metadata === undefined || this.hasSentMetadata) return emptyHeader;
    const header = new HeaderWriter().metadata(metadata, this.owner.link.limits).finish();
    this.hasSentMetadata = true;
    return header;
  }

  private refuseMessage(why: "too_long" | "no_memory"): void {
    if (why === "no_memory") return this.refuseWith("too_many_calls", "The messages in progress take too much memory.");
    const { maxMessageBytes } = this.owner.link.limits;
    this.refuseWith("limit_exceeded", `A message is longer than the ${maxMessageBytes} bytes that the server takes.`);
  }

  private refuseWith(reason: "limit_exceeded" | "unsupported" | "too_many_calls", message: string): void {
    this.breakOff(fault(reason, message));
  }

  /** Ends the call from here, past what waits to be sent: the client gets the error, a handler that runs is told to stop. */
  private breakOff(error: RpcError): void {
    if (this.state === "done") return;
    const before = this.state;
    this.dropOutgoing();
    if (before === "reading") this.cutShort(error);
    this.state = "running";
    this.fail({ error, notStarted: before === "reading" });
    if (before === "running") this.tell(error);
    else if (before === "reading") this.settle();
  }

  /** The last word may have to wait, so the call may be here a while: what was under way is let go now. */
  private cutShort(error: RpcError): void {
    this.isCutShort = true;
    if (this.oneway) this.owner.drop(this, error);
    if (this.incoming !== undefined) this.owner.link.messages.closeLane(this.incoming);
  }

  private tell(error: RpcError): void {
    if (this.isSettled) return;
    try {
      this.receiver?.onCancel(error);
    } catch {
      // The call is over for its peer; a handler that fails to clean up has nobody to tell.
    }
  }

  private fault(message: string): void {
    this.owner.link.onFault({ code: GoawayCode.protocol, message });
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

  private dropOutgoing(): void {
    if (this.outgoing !== undefined) this.owner.link.outbound.closeLane(this.outgoing);
    this.outgoing = undefined;
  }

  private finish(): void {
    if (this.state === "done") return;
    this.state = "done";
    const link = this.owner.link;
    link.wheel.remove(this);
    this.dropOutgoing();
    if (this.incoming !== undefined) link.messages.closeLane(this.incoming);
    this.owner.release(this);
    if (this.isSettled) this.owner.forget(this);
  }

  private call(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.breakOff(RpcError.from(error));
    }
  }
}

/** Data of a declared error: one frame's worth, header apart. */
const maxFailureBytes = 16 * 1024;

const tooMuchWaits = "Too many bytes wait for this client, or for all clients.";
