import type { Socket } from "node:net";
import type { PeerIdentity, Transport, TransportEvents } from "./transport.ts";
import { type PortionOwner, TurnPortion } from "./turn-portion.ts";
import { type TurnShare, turnShare } from "./turn-share.ts";

/** What differs between the sockets that become transports. */
export interface SocketTransportOptions {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  readonly peerIdentity?: PeerIdentity | undefined;
}

interface HeldBytes {
  bytes: Uint8Array;
  readonly sinceMs: number;
}

/** A socket with less that waits for its turn is not paused: some small calls, in pieces that take more memory than their bytes. */
const readAheadBytes = 4 * 1024;
const readAheadPieces = 16;
/** Bytes that may wait in a socket before `write` returns false. */
export const socketHighWaterMark: number = 64 * 1024;

/**
 * A TCP or Unix socket as a {@link Transport}. Bytes come in either through `onread` with one reused buffer
 * ({@link SocketTransport.receive}, client side) or through `data` events (server side: Node offers no `onread` there).
 */
export class SocketTransport implements Transport, PortionOwner {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  readonly peerIdentity: PeerIdentity | undefined;
  bytesRead: number;
  bytesWritten: number;
  waitedMs: number;
  private readonly socket: Socket;
  private events: TransportEvents | undefined;
  private error: Error | undefined;
  private readonly share: TurnShare;
  private readonly portion: TurnPortion;
  /** Bytes that came before `start`, while it was paused, or in a turn that had no room for them. The socket is paused while there are {@link readAheadBytes} of them, or {@link readAheadPieces}. */
  private early: HeldBytes[];
  /** What is received lies in memory that the next bytes overwrite. */
  private isInputLent: boolean;
  /** This side has ended it. */
  protected ended: boolean;
  private paused: boolean;
  /** The socket has closed. That is told when what came before has been read. */
  private closed: boolean;
  private hasToldEnd: boolean;

  constructor(socket: Socket, options: SocketTransportOptions, share: TurnShare = turnShare) {
    this.localAddress = options.localAddress;
    this.peerAddress = options.peerAddress;
    this.isPrivate = options.isPrivate;
    this.peerIdentity = options.peerIdentity;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.waitedMs = 0;
    this.socket = socket;
    this.events = undefined;
    this.error = undefined;
    this.share = share;
    this.portion = new TurnPortion(this);
    this.early = [];
    this.isInputLent = true;
    this.ended = false;
    this.paused = false;
    this.closed = false;
    this.hasToldEnd = false;
    (socket as OwnedSocket)[owner] = this;
    socket.on("error", onError);
    socket.on("close", onClose);
  }

  get bytesQueued(): number {
    return this.socket.writableLength;
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    this.socket.on("drain", onDrain);
    if (this.closed) {
      process.nextTick(() => this.guard(() => events.onClose(this.error)));
      return;
    }
    process.nextTick(() => this.proceedUnlessPaused());
  }

  /** Listens to `data` events, for a socket that was not made with `onread`. */
  listenToData(): void {
    this.isInputLent = false;
    this.socket.pause();
    this.socket.on("data", onData);
  }

  /** Takes bytes from the socket; false asks the socket to pause. */
  receive(bytes: Uint8Array): boolean {
    this.bytesRead += bytes.length;
    if (this.ended || bytes.length === 0) return true;
    if (this.events === undefined || this.early.length > 0 || !this.share.hasRoom(this.portion))
      return this.hold(bytes);
    const used = this.share.feed(this.portion, bytes);
    if (used < bytes.length && !this.ended) return this.hold(bytes.subarray(used));
    return !this.paused;
  }

  deliver(bytes: Uint8Array): void {
    this.portion.onDelivered(bytes);
    try {
      this.events?.onData(bytes);
    } catch (error) {
      this.abort(toError(error));
    }
  }

  get takesNothing(): boolean {
    return this.paused || this.ended || this.events === undefined;
  }

  get isBehind(): boolean {
    return this.early.length > 0 && !this.paused;
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.ended || !this.socket.writable) return true;
    this.bytesWritten += bytes.length;
    if (onWritten === undefined) return this.socket.write(bytes);
    return this.socket.write(bytes, (error) => {
      if (error === undefined || error === null) this.guard(onWritten);
    });
  }

  pause(): void {
    this.paused = true;
    if (this.closed) this.endSoon();
    else if (!this.ended) this.socket.pause();
  }

  resume(): void {
    this.paused = false;
    this.proceedUnlessPaused();
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.dropEarly();
    if (this.closed) return this.endSoon();
    this.socket.end();
    this.socket.resume();
  }

  abort(error?: Error): void {
    if (this.hasToldEnd) return;
    this.ended = true;
    this.dropEarly();
    this.error ??= error;
    if (this.closed) this.endSoon();
    else this.socket.destroy();
  }

  proceed(): boolean {
    const [first] = this.early;
    if (first === undefined || this.takesNothing) return false;
    const { bytes } = first;
    const slice = this.portion.sliceOf(bytes);
    if (slice.length === bytes.length) this.early.shift();
    else first.bytes = bytes.subarray(slice.length);
    this.share.release(slice.length);
    this.waitedMs = this.share.now() - first.sinceMs;
    this.deliver(slice);
    this.waitedMs = 0;
    if (this.takesNothing) return false;
    if (this.early.length > 0) return true;
    if (this.closed) this.tellEnd();
    else this.socket.resume();
    return false;
  }

  /** @returns false when the socket was paused: who sends little is read on, so that its end is noticed, and what it sent counts from when it came. */
  private hold(bytes: Uint8Array): boolean {
    this.early.push({ bytes: this.isInputLent ? new Uint8Array(bytes) : bytes, sinceMs: this.share.now() });
    this.share.hold(bytes.length);
    if (!this.takesNothing) {
      this.share.wait(this.portion);
      if (this.early.length < readAheadPieces && this.earlyBytes() < readAheadBytes) return true;
    }
    this.socket.pause();
    return false;
  }

  private dropEarly(): void {
    this.share.release(this.earlyBytes());
    this.early = [];
  }

  private earlyBytes(): number {
    let sum = 0;
    for (const { bytes } of this.early) sum += bytes.length;
    return sum;
  }

  private proceedUnlessPaused(): void {
    if (this.takesNothing) return;
    if (this.early.length > 0) this.share.wait(this.portion);
    else this.socket.resume();
  }

  /** The socket's own fault, told when it closes. */
  onError(error: Error): void {
    this.error ??= error;
  }

  onDrain(): void {
    if (!this.closed) this.guard(() => this.events?.onDrain());
  }

  onClose(): void {
    this.closed = true;
    // What came before the end is read before it, in turns like any other input: a peer must not get more by a reset.
    if (this.early.length === 0 || this.takesNothing) this.tellEnd();
  }

  /** Not at once: whoever asked is not done yet. */
  private endSoon(): void {
    process.nextTick(() => this.tellEnd());
  }

  private tellEnd(): void {
    if (this.hasToldEnd) return;
    this.hasToldEnd = true;
    this.ended = true;
    this.dropEarly();
    const { events } = this;
    if (events !== undefined) this.guard(() => events.onClose(this.error));
  }

  private guard(action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.abort(toError(error));
    }
  }
}

// Listeners that all sockets share: closures of its own would be a twentieth of what an idle connection takes (bench `idle`).
const owner = Symbol("transport");

interface OwnedSocket extends Socket {
  [owner]?: SocketTransport;
}

function onError(this: OwnedSocket, error: Error): void {
  this[owner]?.onError(error);
}

function onClose(this: OwnedSocket): void {
  this[owner]?.onClose();
}

function onDrain(this: OwnedSocket): void {
  this[owner]?.onDrain();
}

function onData(this: OwnedSocket, bytes: Buffer): void {
  // Parts of a Buffer are Buffers, which cost twice what parts of plain memory do (bench `calls`).
  this[owner]?.receive(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

function toError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
