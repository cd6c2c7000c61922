import type { Environment, Timer } from "../environment/environment.ts";
import { type TimerWheel, wheelOf } from "../environment/timer-wheel.ts";
import { fault } from "../errors/fault.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { FrameKind, GoawayCode, ignorableBit, isPoliteCode, type ProtocolFault } from "../protocol/frame.ts";
import { FrameReader, type FrameSink } from "../protocol/frame-reader.ts";
import { type AnnouncedLimits, encodeOption, type Option } from "../protocol/handshake.ts";
import { HeaderReader } from "../protocol/header-reader.ts";
import { initialPeerLimits, type Limits } from "../protocol/limits.ts";
import type { Transport, TransportEvents } from "../transport/transport.ts";
import type { ConnectionState } from "./connection.ts";
import { type ControlLink, peerFault, takeCredit, takePong, takeSettings, writeGoaway } from "./control-frames.ts";
import { Farewell, type FarewellLink } from "./farewell.ts";
import { Liveness, type LivenessLink } from "./liveness.ts";
import { graceOver, lossOf } from "./local-error.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import { MessageReceiver } from "./message-receiver.ts";
import { Opening, type OpeningLink } from "./opening.ts";
import { maxChunkBytes, Outbound, type OutboundLink } from "./outbound.ts";
import { Pings, type PingsLink } from "./pings.ts";
import type { Role } from "./role.ts";
import { TokenBucket } from "../environment/token-bucket.ts";
import { TurnClock } from "./turn-clock.ts";

/** What {@link Multiplexer} is made of. */
export interface MultiplexerOptions {
  readonly side: "client" | "server";
  readonly transport: Transport;
  readonly environment: Environment;
  readonly limits: Limits;
  readonly role: Role;
  /** In place of that of the limits. */
  readonly handshakeMs?: number | undefined;
  /** What all connections of a server share: for what has arrived, and for what waits to be sent. */
  readonly memory?: MemoryBudget | undefined;
  readonly outboundMemory?: MemoryBudget | undefined;
}

/** What the parts of a connection ask of it: one object is cheaper than a few closures for each of them (bench `idle`). */
type Parts = FrameSink &
  TransportEvents &
  OutboundLink &
  LivenessLink &
  PingsLink &
  OpeningLink &
  FarewellLink &
  ControlLink;

/**
 * The state machine of a connection, without sockets: bytes and timers in, frames and calls of its {@link Role} out.
 * States: see {@link ConnectionState}.
 */
export class Multiplexer implements Parts {
  readonly environment: Environment;
  readonly limits: Limits;
  readonly transport: Transport;
  readonly outbound: Outbound;
  readonly header: HeaderReader;
  readonly wheel: TimerWheel;
  readonly messages: MessageReceiver;
  readonly memory: MemoryBudget | undefined;
  readonly outboundMemory: MemoryBudget | undefined;
  readonly side: "client" | "server";
  readonly role: Role;
  readonly liveness: Liveness;
  private readonly clock: TurnClock;
  state: ConnectionState;
  peer: AnnouncedLimits;
  private readonly reader: FrameReader;
  private opening: Opening | undefined;
  // Those below are made when they are needed, which most connections come to no day of their lives.
  private cancels: TokenBucket | undefined;
  private idleFrames: TokenBucket | undefined;
  private pings: Pings | undefined;
  private farewell: Farewell | undefined;
  /** The peer said that it asks for nothing more. */
  private isPeerDone: boolean;
  /** {@link drain} was called. */
  private isLeaving: boolean;
  private closeTimer: Timer | undefined;
  private error: RpcError | undefined;
  private peerFault: RpcError | undefined;
  private transportClosed: boolean;
  private closedWaiters: (() => void)[];

  constructor(options: MultiplexerOptions) {
    const { environment, limits, transport, side } = options;
    this.environment = environment;
    this.limits = limits;
    this.transport = transport;
    this.side = side;
    this.role = options.role;
    this.memory = options.memory;
    this.outboundMemory = options.outboundMemory;
    this.peer = initialPeerLimits;
    this.outbound = new Outbound(this);
    this.clock = new TurnClock(environment, this.outbound);
    this.header = new HeaderReader(limits);
    this.wheel = wheelOf(environment);
    this.messages = new MessageReceiver(this);
    this.liveness = new Liveness(this);
    this.state = "opening";
    this.reader = new FrameReader(this, limits);
    this.opening = new Opening(this, options.handshakeMs ?? limits.handshakeMs);
    this.cancels = undefined;
    this.idleFrames = undefined;
    this.pings = undefined;
    this.farewell = undefined;
    this.isPeerDone = false;
    this.isLeaving = false;
    this.closeTimer = undefined;
    this.error = undefined;
    this.peerFault = undefined;
    this.transportClosed = false;
    this.closedWaiters = [];
  }

  onData(bytes: Uint8Array): void {
    if (this.state === "closed") return;
    let at = 0;
    if (this.opening !== undefined) {
      at = this.open(this.opening, bytes);
      if (at < 0 || at === bytes.length) return;
    }
    const nowMs = this.clock.read();
    this.reader.push(at === 0 ? bytes : bytes.subarray(at));
    this.header.forget();
    this.clock.endTurn();
    if (!this.isClosed()) this.liveness.onRead(nowMs);
  }

  /** The time, as exactly as calls need it. */
  turnMs(): number {
    return this.clock.now();
  }

  onDrain(): void {
    this.pings?.answer();
    this.outbound.onDrain();
  }

  get isBusy(): boolean {
    return this.role.openCalls > 0;
  }

  get hasCalls(): boolean {
    return this.role.callsInProgress > 0;
  }

  get isPartial(): boolean {
    return this.reader.isPartial && !this.outbound.isReadingPaused && !this.isBehind;
  }

  get isBehind(): boolean {
    return this.transport.isBehind === true;
  }

  get pausesReading(): boolean {
    return this.side === "server";
  }

  sendPing(): void {
    this.pinging().send();
  }

  onSlowPeer(): void {
    this.lose(`The peer took no bytes for ${this.limits.slowPeerMs} ms.`);
  }

  onFlush(): void {
    this.clock.endTurn();
  }

  onClose(error: Error | undefined): void {
    if (this.transportClosed) return;
    this.transportClosed = true;
    if (this.state === "closed") return this.tellClosed();
    if (error === undefined && this.role.outlive()) return this.linger();
    const isPolite = error === undefined && this.role.callsInProgress === 0 && this.state !== "opening";
    this.finish(isPolite ? this.peerFault : (this.peerFault ?? lossOf(this.side, error)));
  }

  /** The peer has gone and left calls that need nothing more of it: the connection drains without a transport. */
  private linger(): void {
    this.liveness.close();
    this.outbound.close();
    this.enterDraining();
    this.leaving().bound(this.limits.ageGraceMs);
  }

  private tellClosed(): void {
    this.closeTimer?.cancel();
    const waiters = this.closedWaiters;
    this.closedWaiters = [];
    this.role.onClose(this.error);
    for (const resolve of waiters) resolve();
  }

  /** [DSP-1] */
  onFrame(reader: FrameReader): void {
    const kind = reader.kind;
    if ((kind & ignorableBit) !== 0) return this.chargeIdle();
    const verdict = this.header.read(reader.bytes, reader.headerStart, reader.bodyStart);
    if (verdict === "malformed") return this.onFault(protocolFault("A header is not a run of tag, length and value."));
    if (verdict === "ok" && kind <= FrameKind.cancel) return this.role.onStreamFrame(reader);
    if (verdict !== "ok") return this.onBadHeader(reader, verdict);
    if (kind === FrameKind.credit) takeCredit(this, reader);
    else if (kind === FrameKind.ping) this.onPing(reader);
    else if (kind === FrameKind.settings) takeSettings(this, reader);
    else if (kind === FrameKind.goaway) this.onGoaway(reader);
    else takePong(this, reader);
  }

  /** A breach: last words, then the end [GOA-4]. */
  onFault(breach: ProtocolFault): void {
    if (this.state === "closed") return;
    writeGoaway(this, breach);
    this.outbound.flush();
    this.finish(fault("protocol_violated", breach.message));
    this.closePolitely();
  }

  /**
   * As `Connection.drain`. A server that has not read its peer's Option waits for it a little, to send the peer elsewhere: cut off, it could not
   * know that none of its calls has run.
   */
  drain(graceMs: number): Promise<void> {
    this.isLeaving = true;
    if (this.state === "opening" && this.side === "server") {
      this.leaving().limitGrace(Math.min(graceMs, this.limits.closeMs));
    } else {
      if (this.state === "open" || this.state === "opening") this.beginDrain(GoawayCode.none, "");
      if (this.state === "draining") this.leaving().limitGrace(graceMs);
    }
    const isOver = this.transportClosed && this.isClosed();
    return isOver ? Promise.resolve() : new Promise((resolve) => this.closedWaiters.push(resolve));
  }

  abort(error?: RpcError): void {
    if (this.state === "closed") return;
    this.finish(error ?? fault("connection_lost", "The connection was closed."));
    this.transport.abort();
  }

  /** Drains because of idleness or age. */
  retire(code: GoawayCode, message: string): void {
    if (this.state !== "open") return;
    this.beginDrain(code, message);
    this.leaving().limitGrace(this.limits.ageGraceMs);
  }

  /** No new calls; the peer knows or will soon. */
  enterDraining(): void {
    if (this.state !== "open" && this.state !== "opening") return;
    this.state = "draining";
    this.role.onDraining();
  }

  /** Asked whenever a call ended: closes a draining connection that has nothing left to do. */
  closeWhenDrained(): void {
    if (this.state !== "draining" || this.role.callsInProgress > 0) return;
    if (this.transportClosed) return this.closeDrained();
    this.farewell?.renew();
    this.outbound.wake();
  }

  /** Ends every call; nothing is sent or read afterwards. */
  finish(error: RpcError | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.error = error;
    this.opening?.close();
    this.farewell?.close();
    this.liveness.close();
    this.reader.stop();
    this.role.terminate(error ?? fault("connection_lost", "The connection has ended."));
    this.wheel.rest();
    this.outbound.close();
    if (this.transportClosed) this.tellClosed();
  }

  private isClosed(): boolean {
    return this.state === "closed";
  }

  private pinging(): Pings {
    return (this.pings ??= new Pings(this));
  }

  private leaving(): Farewell {
    return (this.farewell ??= new Farewell(this));
  }

  /** @returns how much of `bytes` belongs to the handshake; -1 when nothing is left to read */
  private open(opening: Opening, bytes: Uint8Array): number {
    const progress = opening.push(bytes);
    if (progress.kind === "more") return -1;
    this.opening = undefined;
    if (progress.kind === "refused") {
      this.finish(fault("handshake_failed", progress.message));
      if (progress.isAnswered) this.closePolitely();
      else this.transport.abort();
      return -1;
    }
    this.setPeer(progress.peer);
    this.messages.grantConnection();
    if (this.state === "opening") this.state = "open";
    this.role.onOpen();
    if (this.isLeaving && this.state === "open") this.beginDrain(GoawayCode.none, "");
    return progress.used;
  }

  setPeer(limits: AnnouncedLimits): void {
    this.peer = limits;
    this.outbound.chunkBytes = Math.min(limits.maxFrameBytes, maxChunkBytes);
  }

  sendOption(option: Option): void {
    this.outbound.writer.raw(encodeOption(option));
    this.outbound.wake();
  }

  private onBadHeader(reader: FrameReader, verdict: "unsupported" | "metadata_limit" | "metadata_invalid"): void {
    if (reader.kind <= FrameKind.item || reader.kind === FrameKind.end) return this.role.onBadHeader(reader, verdict);
    this.onFault(protocolFault(`The header of a frame of kind ${reader.kind} cannot be accepted: ${verdict}.`));
  }

  private onPing(reader: FrameReader): void {
    const fault = this.pinging().onPing(reader);
    if (fault !== undefined) this.onFault(fault);
  }

  private onGoaway(reader: FrameReader): void {
    const { goawayCode } = this.header;
    if (!isPoliteCode(goawayCode)) this.peerFault ??= peerFault(this.header);
    this.isPeerDone = true;
    this.enterDraining();
    this.role.onGoaway(reader.idHigh, reader.idLow, goawayCode);
    this.closeWhenDrained();
  }

  /** Charges a frame that brings nothing forward [LIM-2]. */
  chargeIdle(): void {
    const { environment, limits } = this;
    this.idleFrames ??= new TokenBucket(environment, limits.idleFrameBurst, limits.idleFramesPerSecond);
    if (this.idleFrames.take()) return;
    this.onFault({ code: GoawayCode.enhanceCalm, message: "Too many frames that bring nothing forward." });
  }

  /** Charges a cancel of a call that runs [LIM-2]. @returns false when there are too many of them */
  chargeCancel(): boolean {
    const { environment, limits } = this;
    this.cancels ??= new TokenBucket(environment, limits.cancelBurst, limits.cancelsPerSecond);
    return this.cancels.take();
  }

  private beginDrain(code: GoawayCode, message: string): void {
    this.enterDraining();
    if (this.side === "server") writeGoaway(this, { code, message });
    this.closeWhenDrained();
  }

  /** Everything is with the transport: a drained connection ends here. */
  onFlushed(): void {
    if (!this.isDrained) return;
    if (this.side === "client" || this.isPeerDone) this.closeDrained();
    else this.leaving().awaitPeer();
  }

  get isDrained(): boolean {
    return this.state === "draining" && this.role.callsInProgress === 0 && this.outbound.isEmpty;
  }

  closeDrained(): void {
    this.finish(this.peerFault);
    this.closePolitely();
  }

  onGraceOver(graceMs: number): void {
    this.abort(graceOver(graceMs));
  }

  private closePolitely(): void {
    this.transport.close();
    if (this.transportClosed) return;
    this.closeTimer = this.environment.setTimer(this.limits.closeMs, () => this.transport.abort());
  }

  /** The end without last words: nobody would hear them. */
  lose(message: string): void {
    if (this.state === "closed") return;
    this.finish(fault("connection_lost", message));
    this.transport.abort();
  }
}

function protocolFault(message: string): ProtocolFault {
  return { code: GoawayCode.protocol, message };
}
