import type { Timer } from "../environment/environment.ts";
import { systemEnvironment } from "../environment/system.ts";
import { codeFromNumber } from "../errors/code.ts";
import { fault } from "../errors/fault.ts";
import { RpcError } from "../errors/rpc-error.ts";
import {
  FrameFlag,
  FrameKind,
  GoawayCode,
  laneMask,
  onewayLane,
  protocolVersion,
  Serialization as Numbers,
} from "../protocol/frame.ts";
import type { FrameReader } from "../protocol/frame-reader.ts";
import { codecType, createOption, type Option } from "../protocol/handshake.ts";
import { createLimits, type Limits } from "../protocol/limits.ts";
import type {
  ConnectionState,
  PeerLimits,
  Serialization,
  ServerConnection,
  ServerConnectionEvents,
  ServerConnectionOptions,
} from "./connection.ts";
import { ServerCall } from "./incoming-call.ts";
import type { IncomingCallOwner } from "./incoming-call-owner.ts";
import { CompressorOffer } from "./compressor-offer.ts";
import { LaneTable } from "./lane-table.ts";
import { lossOf } from "./local-error.ts";
import { Multiplexer } from "./multiplexer.ts";
import { OnewayCalls } from "./oneway-calls.ts";
import type { Role } from "./role.ts";

/**
 * Starts the server's side on a transport that was accepted: waits for the client's Option.
 * @throws RangeError or TypeError for limits that are not allowed
 */
export function createServerConnection(options: ServerConnectionOptions): ServerConnection {
  return new ServerSide(options);
}

class ServerSide implements ServerConnection, Role, IncomingCallOwner {
  readonly link: Multiplexer;
  serialization: Serialization;
  peerToken: string | undefined;
  callsInProgress: number;
  private readonly limits: Limits;
  private readonly events: ServerConnectionEvents;
  private readonly serializations: readonly Serialization[];
  private readonly peerName: string | undefined;
  private readonly compressors: CompressorOffer;
  private readonly table: LaneTable<ServerCall>;
  /** Made with the first one-way call. */
  private oneways: OnewayCalls | undefined;
  /** The last request that was accepted: ids rise [STR-2]. */
  private newestHigh: number;
  private newestLow: number;
  /** What that was when the connection began to drain. */
  private lastOpen: { readonly high: number; readonly low: number } | undefined;
  private requestBytes: number;
  private lastRequestMs: number;
  private isGoing: boolean;
  private idleTimer: Timer | undefined;
  private ageTimer: Timer | undefined;

  constructor(options: ServerConnectionOptions) {
    this.limits = createLimits(options.limits);
    this.events = options.events;
    this.serializations = options.serializations ?? [Numbers.binary, Numbers.json];
    if (this.serializations.length === 0)
      throw new TypeError("serializations must name at least one: 1 (binary) or 2 (JSON).");
    this.serialization = this.serializations[0] as Serialization;
    this.peerName = options.peerName;
    this.compressors = new CompressorOffer(options.compressors);
    this.peerToken = undefined;
    this.callsInProgress = 0;
    this.table = new LaneTable(false);
    this.oneways = undefined;
    this.newestHigh = 0;
    this.newestLow = 0;
    this.lastOpen = undefined;
    this.requestBytes = 0;
    this.isGoing = false;
    this.idleTimer = undefined;
    this.ageTimer = undefined;
    const environment = options.environment ?? systemEnvironment;
    this.lastRequestMs = environment.now();
    this.link = new Multiplexer({
      side: "server",
      transport: options.transport,
      environment,
      limits: this.limits,
      role: this,
      memory: options.memory,
      outboundMemory: options.outboundMemory,
    });
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

  get peerCompressors(): readonly number[] {
    return this.compressors.peerReads;
  }

  /** A one-way call is open for both sides while its request is under way: a peer that stops in between has to be noticed. */
  get openCalls(): number {
    return this.table.size + (this.oneways?.readingCount ?? 0);
  }

  /** One-way requests that come after the first GOAWAY are accepted, but no GOAWAY names them [GOA-5]. */
  get lastIdHigh(): number {
    return this.lastOpen?.high ?? this.newestHigh;
  }

  get lastIdLow(): number {
    return this.lastOpen?.low ?? this.newestLow;
  }

  drain(graceMs: number): Promise<void> {
    return this.link.drain(graceMs);
  }

  abort(error?: RpcError): void {
    this.link.abort(error);
  }

  onStreamFrame(reader: FrameReader): void {
    const { kind, idHigh, idLow } = reader;
    if (kind === FrameKind.response || kind === FrameKind.error)
      return this.fault(`A client sent a frame of kind ${kind}.`);
    const call = (idLow & laneMask) === onewayLane ? this.oneways?.get(reader) : this.table.get(idHigh, idLow);
    if (call === undefined) return this.onFrameWithoutCall(reader);
    if (kind === FrameKind.request) call.onRequestChunk(reader);
    else if (kind === FrameKind.item) call.onItem(reader);
    else if (kind === FrameKind.end) call.onItemsEnd(reader);
    else this.onCancel(call);
  }

  onStreamCredit(idHigh: number, idLow: number, bytes: number): boolean {
    return this.table.get(idHigh, idLow)?.addCredit(bytes) ?? true;
  }

  onBadHeader(reader: FrameReader, verdict: "unsupported" | "metadata_limit" | "metadata_invalid"): void {
    if (reader.kind !== FrameKind.request || !this.isNew(reader))
      return this.fault(`A header cannot be accepted: ${verdict}.`);
    const reason =
      verdict === "metadata_limit" ? "limit_exceeded" : verdict === "unsupported" ? "unsupported" : "malformed_message";
    this.accept(reader, fault(reason, `The header of the request cannot be accepted: ${verdict}.`));
  }

  onOption(option: Option): Option | string {
    if (option.codecType !== codecType)
      return `The codec type ${JSON.stringify(option.codecType.slice(0, 64))} is not supported.`;
    if (option.version !== protocolVersion)
      return `Version ${option.version} is not supported; this is version ${protocolVersion}.`;
    const chosen = option.serializations.find((offered) => this.serializations.includes(offered));
    if (chosen === undefined) return "None of the offered serializations is supported.";
    this.serialization = chosen;
    this.peerToken = option.token;
    this.compressors.onPeer(option.compressors);
    return createOption([chosen], this.limits, this.peerName, this.compressors.toOption());
  }

  onGoaway(): void {
    // The client begins no more calls; those in progress go on.
  }

  terminate(error: RpcError): void {
    this.idleTimer?.cancel();
    this.ageTimer?.cancel();
    for (const call of this.table.all()) call.cancel(error);
    this.oneways?.cancel(error);
  }

  /** Handlers of one-way calls have all that they need, and their callers wait for nothing; a request in part was given up. */
  outlive(): boolean {
    if (this.table.size > 0 || this.oneways?.isRunning !== true) return false;
    this.oneways.cancelReading(lossOf("server", undefined));
    return true;
  }

  dispatch(call: ServerCall, body: Uint8Array): void {
    call.requestBytes = 0;
    const refusal = this.refusalBeforeRun(call, body.length);
    if (refusal !== undefined) return call.refuse({ error: refusal });
    try {
      this.events.onRequest(call, body);
    } catch (error) {
      call.fail({ error: RpcError.from(error) });
      call.settle();
    }
  }

  private refusalBeforeRun(call: ServerCall, bodyBytes: number): RpcError | undefined {
    if (call.deadlineMs !== Infinity && call.deadlineMs <= this.link.turnMs())
      return fault("deadline_passed", "The deadline had passed when the call was to be run.");
    return this.charge(call, bodyBytes)
      ? undefined
      : fault("too_many_calls", "The requests in progress take too much memory.");
  }

  drop(call: ServerCall, error: RpcError): void {
    this.events.onDropped?.(call, error);
  }

  reads(compressor: number): boolean {
    return this.compressors.reads(compressor);
  }

  charge(call: ServerCall, bytes: number): boolean {
    if (this.requestBytes + bytes > this.limits.maxRequestBytes || this.link.memory?.take(bytes) === false)
      return false;
    this.requestBytes += bytes;
    call.requestBytes += bytes;
    return true;
  }

  release(call: ServerCall): void {
    if (call.oneway) this.oneways?.delete(call);
    else this.table.delete(call);
  }

  forget(call: ServerCall): void {
    this.callsInProgress--;
    this.requestBytes -= call.requestBytes;
    this.link.memory?.give(call.requestBytes);
    this.link.closeWhenDrained();
  }

  onOpen(): void {
    this.watchIdle(this.limits.idleMs);
    this.watchAge();
    this.events.onOpen?.();
  }

  onDraining(): void {
    this.isGoing = true;
    this.lastOpen = { high: this.newestHigh, low: this.newestLow };
    this.events.onDraining?.();
  }

  onClose(error: RpcError | undefined): void {
    this.events.onClose?.(error);
  }

  /** Frames for calls that are over are late, not wrong; for calls that never began they are wrong [STR-6]. */
  private onFrameWithoutCall(reader: FrameReader): void {
    if (this.isNew(reader)) {
      if (reader.kind === FrameKind.request) return this.accept(reader, undefined);
      if (!this.isGoing) return this.fault(`A frame of kind ${reader.kind} names a call that was never started.`);
    }
    if (reader.kind === FrameKind.item) this.link.messages.discardItem(reader);
    else if (reader.kind === FrameKind.request && (reader.idLow & laneMask) === onewayLane) this.letPass(reader);
    else if (reader.kind === FrameKind.request && (reader.flags & FrameFlag.moreFollows) === 0)
      this.lateRequest(reader);
  }

  /** A one-way request that was turned away: its sender is not told, so it gets the credit to finish. */
  private letPass(reader: FrameReader): void {
    if ((reader.flags & FrameFlag.moreFollows) === 0) return;
    if (reader.frameBytes < minPassedBytes) this.link.chargeIdle();
    if (this.link.state !== "closed") this.link.outbound.writeCredit(reader.idHigh, reader.idLow, reader.frameBytes);
  }

  /** The rest of a request that was turned away is dropped; a first frame with an old id is a fault, and cannot be told from it once its call is over. */
  private lateRequest(reader: FrameReader): void {
    if (reader.bodyStart > reader.headerStart) this.fault("The id of a request must be higher than all before it.");
  }

  private isNew({ idHigh, idLow }: FrameReader): boolean {
    return idHigh > this.newestHigh || (idHigh === this.newestHigh && idLow > this.newestLow);
  }

  private accept(reader: FrameReader, refusal: RpcError | undefined): void {
    // What crossed the GOAWAY goes elsewhere, but for one-way requests: their callers have done with them [GOA-1, GOA-5].
    if (this.isGoing && (reader.idLow & laneMask) !== onewayLane) return;
    const fault = this.faultOf(reader);
    if (fault !== undefined) return this.fault(fault);
    this.newestHigh = reader.idHigh;
    this.newestLow = reader.idLow;
    const { header } = this.link;
    const remainingMs =
      header.deadlineMicros < 0 ? Infinity : Math.min(this.msLeft(header.deadlineMicros), this.limits.maxDeadlineMs);
    const nowMs = this.link.turnMs();
    this.lastRequestMs = nowMs;
    const call = new ServerCall(this, reader, header, nowMs + remainingMs);
    const isTooMany = this.callsInProgress >= this.limits.maxCalls || (reader.idLow & laneMask) >= this.laneLimit(call);
    this.callsInProgress++;
    const error = refusal ?? this.refusalOf(reader, isTooMany, remainingMs);
    if (error !== undefined) return call.refuse({ error });
    if (call.oneway) (this.oneways ??= new OnewayCalls()).add(call);
    else this.table.set(call);
    call.readRequest(reader);
    // Most calls whose handlers do not wait are over by now: watching them costs nothing (benches `calls` and `idle`).
    if (call.isOver) return;
    this.link.liveness.onBusy();
    if (remainingMs !== Infinity) this.link.wheel.add(call);
  }

  /** What waited for its turn has less time left: its caller has not waited for less than that. */
  private msLeft(micros: number): number {
    return micros / 1000 - (this.link.transport.waitedMs ?? 0);
  }

  private laneLimit(call: ServerCall): number {
    return call.oneway ? onewayLane + 1 : this.limits.maxCalls;
  }

  private faultOf(reader: FrameReader): string | undefined {
    const lane = reader.idLow & laneMask;
    const isOneway = (reader.flags & FrameFlag.oneway) !== 0;
    if (isOneway !== (lane === onewayLane))
      return `The lane ${onewayLane} is for one-way requests, and they have no other.`;
    if (isOneway && (reader.flags & FrameFlag.endOfStream) === 0) return "A one-way request has no items.";
    if (!isOneway && this.table.at(lane) !== undefined) return `The lane ${lane} is taken by a call that is not over.`;
    return undefined;
  }

  private refusalOf(reader: FrameReader, isTooMany: boolean, remainingMs: number): RpcError | undefined {
    if (isTooMany)
      return fault("too_many_calls", `This connection runs at most ${this.limits.maxCalls} calls at a time.`);
    const compressor = reader.flags & FrameFlag.compressorMask;
    if (compressor !== 0 && !this.compressors.reads(compressor))
      return fault("unsupported", `The compressor ${compressor} of the request was not offered by this server.`);
    if (!this.serializations.includes(reader.serialization as Serialization)) {
      return fault("unsupported", `The serialization ${reader.serialization} of the request is not supported.`);
    }
    return remainingMs > 0 ? undefined : fault("deadline_passed", "The deadline had passed when the request was read.");
  }

  private onCancel(call: ServerCall): void {
    const isNearDeadline = call.deadlineMs - this.link.environment.now() < nearDeadlineMs;
    const code = codeFromNumber(this.link.header.errorCode);
    call.cancel(
      new RpcError({
        code,
        reason: "cancelled_by_caller",
        message: "The caller cancelled the call.",
        origin: "remote",
      }),
    );
    if (isNearDeadline || this.link.chargeCancel()) return;
    this.link.onFault({ code: GoawayCode.enhanceCalm, message: "Too many calls are cancelled." });
  }

  private watchIdle(delayMs: number): void {
    const { idleMs } = this.limits;
    if (idleMs === 0) return;
    this.idleTimer = this.link.environment.setTimer(delayMs, () => {
      const silentMs = this.link.environment.now() - this.lastRequestMs;
      if (this.callsInProgress > 0) this.watchIdle(idleMs);
      else if (silentMs < idleMs) this.watchIdle(idleMs - silentMs);
      else this.link.retire(GoawayCode.idle, `No call came for ${idleMs} ms.`);
    });
    this.idleTimer.unref();
  }

  /** Not all connections of a server shall end at the same time: a tenth more or less. */
  private watchAge(): void {
    const { maxAgeMs } = this.limits;
    if (maxAgeMs === 0) return;
    const { environment } = this.link;
    const ageMs = maxAgeMs * (0.9 + 0.2 * environment.random());
    this.ageTimer = environment.setTimer(ageMs, () => this.link.retire(GoawayCode.idle, "The connection is old."));
    this.ageTimer.unref();
  }

  private fault(message: string): void {
    this.link.onFault({ code: GoawayCode.protocol, message });
  }
}

/** Chunks below this bring little: each is charged like a frame that brings nothing. */
const minPassedBytes = 4 * 1024;
/** A cancel this close to the deadline is the deadline seen from the other side, and not charged. */
const nearDeadlineMs = 1_000;
