import type { PeerIdentity, Transport, TransportEvents } from "./transport.ts";

interface Chunk {
  readonly bytes: Uint8Array;
  readonly onWritten: (() => void) | undefined;
}

const highWaterMark = 64 * 1024;

/**
 * A transport that is still being connected: writes wait until `connecting` resolves. When it rejects, the transport closes with that error.
 * So a connection can be used from its first moment on.
 *
 * @param peerAddress shown until the real one is known
 */
export function createDeferredTransport(connecting: Promise<Transport>, peerAddress: string): Transport {
  return new DeferredTransport(connecting, peerAddress);
}

/** States: waiting -> joined (all goes through to `#inner`) -> closed; waiting -> closed (failed, closed or aborted before). */
class DeferredTransport implements Transport {
  private readonly targetAddress: string;
  private inner: Transport | undefined;
  private events: TransportEvents | undefined;
  private waiting: Chunk[];
  private waitingBytes: number;
  private paused: boolean;
  private state: "waiting" | "joined" | "closed";
  private end: { readonly error: Error | undefined } | undefined;

  constructor(connecting: Promise<Transport>, peerAddress: string) {
    this.targetAddress = peerAddress;
    this.inner = undefined;
    this.events = undefined;
    this.waiting = [];
    this.waitingBytes = 0;
    this.paused = false;
    this.state = "waiting";
    this.end = undefined;
    connecting.then(
      (inner) => this.join(inner),
      (error: Error) => this.finish(error),
    );
  }

  get localAddress(): string {
    return this.inner?.localAddress ?? "";
  }

  get peerAddress(): string {
    return this.inner?.peerAddress ?? this.targetAddress;
  }

  get isPrivate(): boolean {
    return this.inner?.isPrivate ?? false;
  }

  get peerIdentity(): PeerIdentity | undefined {
    return this.inner?.peerIdentity;
  }

  get bytesRead(): number {
    return this.inner?.bytesRead ?? 0;
  }

  get bytesWritten(): number {
    return this.inner?.bytesWritten ?? this.waitingBytes;
  }

  get bytesQueued(): number {
    return this.inner?.bytesQueued ?? this.waitingBytes;
  }

  get isBehind(): boolean {
    return this.inner?.isBehind ?? false;
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    if (this.inner !== undefined) this.inner.start(events);
    else if (this.end !== undefined) this.reportEnd(this.end.error);
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.inner !== undefined) return this.inner.write(bytes, onWritten);
    if (this.state === "closed") return true;
    this.waiting.push({ bytes, onWritten });
    this.waitingBytes += bytes.length;
    return this.waitingBytes < highWaterMark;
  }

  pause(): void {
    this.paused = true;
    this.inner?.pause();
  }

  resume(): void {
    this.paused = false;
    this.inner?.resume();
  }

  close(): void {
    if (this.inner === undefined) this.finish(undefined);
    else this.inner.close();
  }

  abort(error?: Error): void {
    if (this.inner === undefined) this.finish(error);
    else this.inner.abort(error);
  }

  private join(inner: Transport): void {
    if (this.state === "closed") return inner.abort();
    this.state = "joined";
    this.inner = inner;
    const events = this.events;
    if (events !== undefined) inner.start(events);
    if (this.paused) inner.pause();
    const waiting = this.waiting;
    const mustDrain = this.waitingBytes >= highWaterMark;
    this.waiting = [];
    let more = true;
    for (const { bytes, onWritten } of waiting) more = inner.write(bytes, onWritten);
    if (mustDrain && more) queueMicrotask(() => events?.onDrain());
  }

  private finish(error: Error | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.waiting = [];
    this.end = { error };
    if (this.events !== undefined) this.reportEnd(error);
  }

  private reportEnd(error: Error | undefined): void {
    queueMicrotask(() => this.events?.onClose(error));
  }
}
