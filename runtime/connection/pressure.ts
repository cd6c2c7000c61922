import type { Environment, Timer } from "../environment/environment.ts";
import { setPatientTimer } from "../environment/patient-timer.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Transport } from "../transport/transport.ts";

/** The connection whose {@link Pressure} it is. */
export interface PressureLink {
  readonly environment: Environment;
  readonly transport: Transport;
  readonly limits: Limits;
  /** Stops and resumes reading while too much waits; only a server does [FLW-8]. */
  readonly pausesReading: boolean;
  /** The peer takes nothing any more. */
  onSlowPeer(): void;
}

/** Replies that wait, and what has left of them. */
export interface ReplyProgress {
  readonly waitingReplies: number;
  /** Since the connection began. */
  readonly repliedBytes: number;
}

/** What a full transport means: a watch on whether the peer takes anything at all, and a pause of reading while too much waits for it. */
export class Pressure {
  /** True while we do not read because too much waits to be sent. */
  isReadingPaused: boolean;
  private readonly link: PressureLink;
  private slowTimer: Timer | undefined;
  private replyTimer: Timer | undefined;
  private takenBytes: number;
  private closed: boolean;

  constructor(link: PressureLink) {
    this.isReadingPaused = false;
    this.link = link;
    this.slowTimer = undefined;
    this.replyTimer = undefined;
    this.takenBytes = 0;
    this.closed = false;
  }

  /** The transport is full. */
  onBlocked(): void {
    if (this.slowTimer === undefined && !this.closed) this.watch();
  }

  /** The transport takes more. */
  onDrain(): void {
    this.slowTimer?.cancel();
    this.slowTimer = undefined;
  }

  /** A reply waits, perhaps for credit that never comes although the transport takes all that it gets. */
  onReplyWaits(progress: ReplyProgress): void {
    if (this.link.pausesReading && this.replyTimer === undefined && !this.closed) this.watchReplies(progress);
  }

  /** No reply waits any more. */
  onRepliesGone(): void {
    this.replyTimer?.cancel();
    this.replyTimer = undefined;
  }

  /** While the transport is full, no more is read than leaves [FLW-8]; a client must go on reading, or both sides might wait for each other. */
  check(isBlocked: boolean, waitingBytes: number): void {
    const { transport, limits, pausesReading } = this.link;
    if (!pausesReading || this.closed) return;
    const isFull = isBlocked && waitingBytes + transport.bytesQueued > limits.outboundPauseBytes;
    if (isFull === this.isReadingPaused) return;
    this.isReadingPaused = isFull;
    if (isFull) transport.pause();
    else transport.resume();
  }

  close(): void {
    this.closed = true;
    this.slowTimer?.cancel();
    this.onRepliesGone();
  }

  /** Whoever reads a reply gives credit back as it arrives [FLW-3], so that some of all that wait leaves. */
  private watchReplies(progress: ReplyProgress): void {
    const { transport, environment, limits } = this.link;
    const { repliedBytes } = progress;
    this.replyTimer = setPatientTimer(environment, limits.slowPeerMs, () => {
      this.replyTimer = undefined;
      // Its credit may be in what has come and was not read for want of time.
      if (progress.repliedBytes === repliedBytes && transport.isBehind !== true) this.link.onSlowPeer();
      else this.watchReplies(progress);
    });
    this.replyTimer.unref();
  }

  private watch(): void {
    const { transport, environment, limits } = this.link;
    this.takenBytes = transport.bytesWritten - transport.bytesQueued;
    this.slowTimer = setPatientTimer(environment, limits.slowPeerMs, () => {
      this.slowTimer = undefined;
      if (transport.bytesWritten - transport.bytesQueued === this.takenBytes) this.link.onSlowPeer();
      else this.watch();
    });
    this.slowTimer.unref();
  }
}
