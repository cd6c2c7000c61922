import { systemEnvironment } from "../environment/system.ts";
import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";
import {
  FrameFlag,
  FrameKind,
  GoawayCode,
  HeaderTag,
  isPoliteCode,
  laneMask,
  onewayLane,
  protocolVersion,
  Serialization as Numbers,
} from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { codecType, createOption, type Option } from "../protocol/handshake.ts";
import { HeaderWriter } from "../protocol/header-writer.ts";
import { createLimits, type Limits } from "../protocol/limits.ts";
import { giveBack } from "../wire/lent-memory.ts";
import type {
  ClientConnection,
  ClientConnectionOptions,
  ConnectionEvents,
  ConnectionState,
  OutgoingCall,
  OutgoingRequest,
  PeerLimits,
  Serialization,
} from "./connection.ts";
import { CompressorOffer } from "./compressor-offer.ts";
import { LaneTable } from "./lane-table.ts";
import { Multiplexer } from "./multiplexer.ts";
import { ClientCall, type OutgoingCallOwner } from "./outgoing-call.ts";
import { copySmall } from "./outgoing-lane.ts";
import { Queue } from "../environment/queue.ts";
import { encodeRequestHeader, hotTagBytes, maxDeadlineMicros, writeExtra } from "./request-header.ts";
import type { Role } from "./role.ts";

/**
 * Starts the client's side on a transport: sends the Option at once, without waiting for the answer.
 * @throws RangeError or TypeError for limits that are not allowed
 */
export function createClientConnection(options: ClientConnectionOptions): ClientConnection {
  return new ClientSide(options);
}

/** Where the rarer parts of headers are written; undefined while it is at work. A cache, not state. */
let spareWriter: HeaderWriter | undefined;

class ClientSide implements ClientConnection, Role, OutgoingCallOwner {
  readonly link: Multiplexer;
  serialization: Serialization;
  /** A client accepts no requests: its GOAWAY names none. */
  readonly lastIdHigh: number;
  readonly lastIdLow: number;
  private readonly limits: Limits;
  private readonly events: ConnectionEvents;
  private readonly serializations: readonly Serialization[];
  private readonly compressors: CompressorOffer;
  private readonly table: LaneTable<ClientCall>;
  private readonly waiting: Queue<ClientCall>;
  /** Made with the first one-way call. */
  private oneways: Set<ClientCall> | undefined;
  private waitingCount: number;
  private idHigh: number;
  private sequenceLow: number;

  constructor(options: ClientConnectionOptions) {
    this.limits = createLimits(options.limits);
    this.events = options.events ?? {};
    this.serializations = options.serializations ?? [Numbers.binary, Numbers.json];
    if (this.serializations.length === 0)
      throw new TypeError("serializations must name at least one: 1 (binary) or 2 (JSON).");
    this.serialization = this.serializations[0] as Serialization;
    this.lastIdHigh = 0;
    this.lastIdLow = 0;
    this.compressors = new CompressorOffer(options.compressors);
    this.table = new LaneTable(true);
    this.waiting = new Queue();
    this.oneways = undefined;
    this.waitingCount = 0;
    this.idHigh = 0;
    this.sequenceLow = 0;
    const environment = options.environment ?? systemEnvironment;
    this.link = new Multiplexer({
      side: "client",
      transport: options.transport,
      environment,
      limits: this.limits,
      role: this,
      handshakeMs: options.handshakeMs,
    });
    this.introduce(options);
    options.transport.start(this.link);
  }

  get state(): ConnectionState {
    return this.link.state;
  }

  get peer(): string {
    return this.link.transport.peerAddress;
  }

  get peerLimits(): PeerLimits {
    return this.link.peer;
  }

  get callsInProgress(): number {
    return this.table.size + this.waitingCount + (this.oneways?.size ?? 0);
  }

  get peerCompressors(): readonly number[] {
    return this.compressors.peerReads;
  }

  get openCalls(): number {
    return this.table.size;
  }

  drain(graceMs: number): Promise<void> {
    return this.link.drain(graceMs);
  }

  abort(error?: RpcError): void {
    this.link.abort(error);
  }

  startCall(request: OutgoingRequest): OutgoingCall {
    const extra = spareWriter ?? new HeaderWriter();
    // The metadata may be an iterator of somebody who starts another call.
    spareWriter = undefined;
    writeExtra(extra.reset(), request, this.limits);
    const call = this.start(request, extra);
    spareWriter = extra;
    return call;
  }

  private start(request: OutgoingRequest, extra: HeaderWriter): ClientCall {
    const call = new ClientCall(this, request, request.serialization ?? this.serialization);
    const refusal = this.refusal(request);
    if (refusal !== undefined) {
      this.link.environment.defer(() => call.fail(refusal));
      return call;
    }
    if (call.deadlineMs !== Infinity) this.link.wheel.add(call);
    const lane = this.waitingCount > 0 ? -1 : this.takeLane(call);
    if (lane >= 0) this.open(call, lane, request, extra);
    else this.wait(call, request, extra);
    this.link.liveness.onBusy();
    return call;
  }

  reads(compressor: number): boolean {
    return this.compressors.reads(compressor);
  }

  release(call: ClientCall): void {
    if (call.request !== undefined) this.leaveLine(call);
    else if (call.isOneway) this.oneways?.delete(call);
    else this.table.delete(call);
    if (this.waitingCount > 0) this.openNext();
    if (this.link.state === "draining") this.link.closeWhenDrained();
  }

  onStreamFrame(reader: FrameReader): void {
    const { kind, idHigh, idLow } = reader;
    if (kind === FrameKind.request || kind === FrameKind.cancel)
      return this.fault(`A server sent a frame of kind ${kind}.`);
    const call = this.find(idHigh, idLow);
    if (call !== undefined) return call.onFrame(reader);
    if (this.isUnused(idHigh, idLow)) return this.fault("A reply names a call that was never started.");
    if (kind === FrameKind.item) this.link.messages.discardItem(reader);
  }

  onStreamCredit(idHigh: number, idLow: number, bytes: number): boolean {
    return this.find(idHigh, idLow)?.addCredit(bytes) ?? true;
  }

  onBadHeader(reader: FrameReader, verdict: string): void {
    const call = this.table.get(reader.idHigh, reader.idLow);
    call?.cancel(
      fault(
        verdict === "metadata_limit" ? "limit_exceeded" : "unsupported",
        `The header of the reply cannot be accepted: ${verdict}.`,
      ),
    );
  }

  onOption(option: Option): undefined | string {
    if (option.codecType !== codecType)
      return `The server speaks ${JSON.stringify(option.codecType.slice(0, 64))}, not ${codecType}.`;
    if (option.version !== protocolVersion)
      return `The server speaks version ${option.version}, not ${protocolVersion}.`;
    const chosen = option.serializations[0];
    if (chosen === undefined || !this.serializations.includes(chosen))
      return "The server chose no serialization that was offered.";
    this.serialization = chosen;
    this.compressors.onPeer(option.compressors);
    return undefined;
  }

  onGoaway(idHigh: number, idLow: number, code: number): void {
    this.events.onGoaway?.(code);
    const refused = fault("draining", "The server is going away and did not take this call.");
    for (const call of this.waiting.takeAll()) call.fail(refused);
    for (const call of [...this.table.all(), ...(this.oneways ?? [])]) {
      // No id yet: the request waits in the queues, and the server would drop it.
      const isUnsent = call.idHigh === 0 && call.idLow === 0;
      const isLater = call.idHigh > idHigh || (call.idHigh === idHigh && call.idLow > idLow);
      // The server takes one-way requests that were begun: elsewhere they would run twice [GOA-5].
      const isTaken = call.isOneway && isPoliteCode(code);
      if (isUnsent || (isLater && !isTaken)) call.fail(refused);
    }
  }

  terminate(error: RpcError): void {
    for (const call of this.waiting.takeAll()) call.fail(fault(this.unsentReason(error), error.message, error.cause));
    for (const call of this.table.all()) call.fail(error);
    for (const call of [...(this.oneways ?? [])]) call.fail(error);
  }

  outlive(): boolean {
    return false;
  }

  onOpen(): void {
    this.events.onOpen?.();
  }

  onDraining(): void {
    this.events.onDraining?.();
  }

  onClose(error: RpcError | undefined): void {
    this.events.onClose?.(error);
  }

  /** Sends the Option; while its token is being fetched, everything else waits behind it. */
  private introduce({ token, peerName }: ClientConnectionOptions): void {
    const { outbound } = this.link;
    const send = (text: string | undefined): void => {
      const extras = { ...this.compressors.toOption(), token: text };
      this.link.sendOption(createOption(this.serializations, this.limits, peerName, extras));
    };
    if (token === undefined || typeof token === "string") return send(token);
    outbound.hold();
    token.then(
      (text) => {
        if (this.link.state === "closed") return;
        send(text);
        outbound.release();
      },
      (error: unknown) => this.link.abort(RpcError.from(error)),
    );
  }

  private find(idHigh: number, idLow: number): ClientCall | undefined {
    if ((idLow & laneMask) !== onewayLane) return this.table.get(idHigh, idLow);
    return [...(this.oneways ?? [])].find((call) => call.idHigh === idHigh && call.idLow === idLow);
  }

  /** A call that waits in line was never sent, so it may be tried elsewhere. */
  private unsentReason(error: RpcError): "draining" | typeof error.reason {
    return error.reason === "connection_lost" ? "draining" : error.reason;
  }

  private refusal(request: OutgoingRequest): RpcError | undefined {
    const { state } = this.link;
    if (state === "closed" || state === "draining") return fault("draining", `The connection is ${state}.`);
    if (request.body.length > this.link.peer.maxMessageBytes) {
      return fault(
        "limit_exceeded",
        `A request of ${request.body.length} bytes is longer than the ${this.link.peer.maxMessageBytes} that the server takes.`,
      );
    }
    if (request.deadlineMs !== undefined && request.deadlineMs <= this.link.turnMs()) {
      return fault("deadline_passed", "The deadline had passed before the call was sent.");
    }
    if (this.link.outbound.waitingBytes + request.body.length > this.limits.maxOutboundBytes) {
      return fault("too_many_calls", `${this.link.outbound.waitingBytes} bytes already wait to be sent.`);
    }
    if (this.waitingCount < this.limits.maxWaitingCalls) return undefined;
    return fault("too_many_calls", `${this.waitingCount} calls already wait for this connection.`);
  }

  private takeLane(call: ClientCall): number {
    return call.isOneway ? onewayLane : this.table.takeLane(this.link.peer.maxCalls);
  }

  private wait(call: ClientCall, request: OutgoingRequest, extra: HeaderWriter): void {
    call.extra = extra.finish();
    call.request = { ...request, body: copySmall(request.body) };
    this.waiting.push(call);
    this.waitingCount++;
  }

  private leaveLine(call: ClientCall): void {
    call.request = undefined;
    this.waitingCount--;
  }

  /** One-way calls need no lane: those behind a call that gets one follow it. */
  private openNext(): void {
    for (let next = this.waiting.peek(); next !== undefined; next = this.waiting.peek()) {
      const { request } = next;
      const lane = request === undefined ? 0 : this.takeLane(next);
      if (lane < 0) return;
      this.waiting.shift();
      if (request === undefined) continue;
      this.waitingCount--;
      this.open(next, lane, request, undefined);
    }
  }

  /** `extra`: undefined when the call has kept it. */
  private open(call: ClientCall, lane: number, request: OutgoingRequest, extra: HeaderWriter | undefined): void {
    call.state = "open";
    call.request = undefined;
    call.lane = lane;
    if (call.isOneway) (this.oneways ??= new Set()).add(call);
    else this.table.set(call);
    this.writeRequest(call, request, extra);
    call.onOpened();
  }

  /** Ids rise by one sequence number per call, whatever the lane [STR-2]. */
  assignId(call: ClientCall): void {
    if (++this.sequenceLow > laneMask) {
      this.sequenceLow = 0;
      this.idHigh++;
    }
    call.idHigh = this.idHigh;
    call.idLow = ((this.sequenceLow << 16) | call.lane) >>> 0;
  }

  private isUnused(idHigh: number, idLow: number): boolean {
    return idHigh > this.idHigh || (idHigh === this.idHigh && idLow >>> 16 > this.sequenceLow);
  }

  private writeRequest(call: ClientCall, request: OutgoingRequest, scratch: HeaderWriter | undefined): void {
    const { outbound } = this.link;
    const hasDeadline = call.deadlineMs !== Infinity;
    const micros = hasDeadline
      ? Math.min(Math.max(0, Math.ceil((call.deadlineMs - this.link.turnMs()) * 1000)), maxDeadlineMicros)
      : 0;
    const flags =
      (call.isOneway ? FrameFlag.oneway : 0) |
      (request.hasItems === true ? 0 : FrameFlag.endOfStream) |
      (request.compressor ?? 0);
    if (!outbound.canWrite(request.body.length)) {
      const extra = scratch === undefined ? call.extra : scratch.finish();
      return call.queueRequest(flags, encodeRequestHeader(request.methodId, hasDeadline, micros, extra), request.body);
    }
    const { bytes, length } = scratch ?? { bytes: call.extra, length: call.extra.length };
    const headerLength = hotTagBytes + (hasDeadline ? hotTagBytes : 0) + length;
    const { writer } = outbound;
    this.assignId(call);
    writer.begin(
      FrameKind.request,
      call.serialization,
      flags,
      call.idHigh,
      call.idLow,
      headerLength,
      request.body.length,
    );
    writer.tag32(HeaderTag.methodId, request.methodId);
    if (hasDeadline) writer.tag32(HeaderTag.deadline, micros);
    if (length > 0) writer.copy(bytes, length);
    writer.copy(request.body);
    giveBack(request.body);
    outbound.wake();
    if (call.isOneway) outbound.afterFlush(() => call.onHanded());
  }

  private fault(message: string): void {
    this.link.onFault({ code: GoawayCode.protocol, message });
  }
}
