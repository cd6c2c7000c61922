import type { Transport, TransportEvents } from "./transport.ts";

const highWaterMark = 64 * 1024;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly onWritten: (() => void) | undefined;
}

/** Two transports joined to each other. Delivery is asynchronous, in order, and copies nothing. */
export function createMemoryPair(name: string): readonly [Transport, Transport] {
  const client = new MemoryTransport(`${name}#client`, name);
  const server = new MemoryTransport(name, `${name}#client`);
  client.join(server);
  server.join(client);
  return [client, server];
}

/**
 * One end. It holds the chunks that it wrote until the peer takes them, so a paused peer is felt here.
 * States: open -> ending (`close`) -> closed; open or ending -> closed (`abort`, or the peer's end).
 */
class MemoryTransport implements Transport {
  readonly localAddress: string;
  readonly peerAddress: string;
  readonly isPrivate: boolean;
  bytesRead: number;
  bytesWritten: number;
  bytesQueued: number;
  private peer: MemoryTransport | undefined;
  private events: TransportEvents | undefined;
  private state: "open" | "ending" | "closed";
  private outgoing: Chunk[];
  private scheduled: boolean;
  private paused: boolean;
  private wantsDrain: boolean;
  private error: Error | undefined;

  constructor(localAddress: string, peerAddress: string) {
    this.localAddress = localAddress;
    this.peerAddress = peerAddress;
    this.isPrivate = true;
    this.bytesRead = 0;
    this.bytesWritten = 0;
    this.bytesQueued = 0;
    this.peer = undefined;
    this.events = undefined;
    this.state = "open";
    this.outgoing = [];
    this.scheduled = false;
    this.paused = false;
    this.wantsDrain = false;
    this.error = undefined;
  }

  join(peer: MemoryTransport): void {
    this.peer = peer;
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    if (this.state === "closed") setImmediate(() => this.guard(() => events.onClose(this.error)));
    else this.peer?.schedule();
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.state !== "open") return true;
    this.outgoing.push({ bytes, onWritten });
    this.bytesWritten += bytes.length;
    this.bytesQueued += bytes.length;
    this.schedule();
    if (this.bytesQueued < highWaterMark) return true;
    this.wantsDrain = true;
    return false;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.peer?.schedule();
  }

  close(): void {
    if (this.state !== "open") return;
    this.state = "ending";
    this.schedule();
    this.peer?.schedule();
  }

  abort(error?: Error): void {
    const peer = this.peer;
    this.end(error);
    if (peer !== undefined) peer.end(new Error("The peer aborted the connection."));
  }

  /** Delivers what is queued in a later turn of the event loop, so that timers and sockets are never starved. */
  schedule(): void {
    if (this.scheduled || this.state === "closed") return;
    this.scheduled = true;
    setImmediate(() => this.deliver());
  }

  private deliver(): void {
    this.scheduled = false;
    const peer = this.peer;
    if (peer === undefined) return;
    const chunks = this.outgoing;
    let count = 0;
    while (count < chunks.length && peer.takes()) {
      const { bytes, onWritten } = chunks[count++] as Chunk;
      this.bytesQueued -= bytes.length;
      peer.receive(bytes);
      if (onWritten !== undefined) this.guard(onWritten);
    }
    chunks.splice(0, count);
    if (this.state === "closed") return;
    if (this.wantsDrain && this.bytesQueued < highWaterMark) this.drained();
    if (this.state === "ending" && chunks.length === 0) this.finish();
  }

  private takes(): boolean {
    return this.state === "ending" || (this.state === "open" && this.events !== undefined && !this.paused);
  }

  private receive(bytes: Uint8Array): void {
    this.bytesRead += bytes.length;
    if (this.state === "open") this.guard(() => this.events?.onData(bytes));
  }

  private drained(): void {
    this.wantsDrain = false;
    this.guard(() => this.events?.onDrain());
  }

  /** This side has sent everything: the peer ends as well, after what it still has to send. */
  private finish(): void {
    const peer = this.peer;
    if (peer === undefined || peer.state === "closed") return this.end(undefined);
    if (peer.state === "open") peer.state = "ending";
    if (peer.outgoing.length > 0) return peer.schedule();
    peer.end(undefined);
    this.end(undefined);
  }

  private end(error: Error | undefined): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.error = error;
    this.outgoing = [];
    this.bytesQueued = 0;
    const events = this.events;
    if (events !== undefined) setImmediate(() => this.guard(() => events.onClose(error)));
  }

  private guard(action: () => unknown): void {
    try {
      action();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
