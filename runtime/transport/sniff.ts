import type { PeerIdentity, Transport, TransportEvents } from "./transport.ts";
import { WebSocketSession } from "./websocket-session.ts";
import { answerRequest, answerTooLarge, type HttpAnswer, type Probe } from "./websocket-upgrade.ts";

/** How a port treats peers that do not begin with an Option. */
export interface SniffOptions {
  /** Where WebSockets are let in. */
  readonly webSocketPath: string;
  /** Pages that may connect; undefined: those of the same host. */
  readonly origins: readonly string[] | undefined;
  /** What plain HTTP requests for a path are told, `/healthz`. Default: that there is nothing. */
  readonly probe?: Probe | undefined;
  /** Bytes of payload of one WebSocket frame. */
  readonly maxWebSocketFrameBytes: number;
}

/** What the first bytes say [OPN-1]. */
export type FirstBytes = "rpcgen" | "http" | "http2" | "tls" | "unknown" | "undecided";

/** Bytes of the head of an HTTP request. */
export const maxHttpHeadBytes: number = 8 * 1024;

const highWaterMark = 64 * 1024;
const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const tlsRecord = "\x16\x03";
const requests = ["GET /", "HEAD /", "POST /", "PUT /", "PATCH /", "DELETE /", "OPTIONS /", "OPTIONS *"];
const table: readonly (readonly [start: string, kind: FirstBytes])[] = [
  ["{", "rpcgen"],
  [tlsRecord, "tls"],
  [http2Preface.slice(0, 14), "http2"],
  ...requests.map((start) => [start, "http"] as const),
];

/** Looks a peer's first bytes up in the table; `undecided` while more than one row, or one in part, fits. */
export function readFirstBytes(bytes: Uint8Array, length: number = bytes.length): FirstBytes {
  let found: FirstBytes = "unknown";
  for (const [start, kind] of table) {
    const count = Math.min(start.length, length);
    let at = 0;
    while (at < count && bytes[at] === start.charCodeAt(at)) at++;
    if (at < count) continue;
    if (count === start.length) return kind;
    found = "undecided";
  }
  return found;
}

/**
 * A transport whose peer may speak our protocol as it is or inside a WebSocket: whoever uses it sees the same bytes. Anyone else is answered here,
 * or not at all, and the transport ends. It sets no time limit of its own: a peer that hesitates is one that has not sent its Option.
 */
export function createSniffedTransport(inner: Transport, options: SniffOptions): Transport {
  return new SniffedTransport(inner, options);
}

/**
 * States: sniffing -> plain (an Option begins), websocket (upgraded), over (all others: told so, then closed).
 * websocket -> over (close frame). The end of the transport beneath ends each.
 */
class SniffedTransport implements Transport, TransportEvents {
  private readonly inner: Transport;
  private readonly options: SniffOptions;
  private state: "sniffing" | "plain" | "websocket" | "over";
  private events: TransportEvents | undefined;
  private session: WebSocketSession | undefined;
  private head: Uint8Array;
  private headLength: number;
  /** Before this place of the head no empty line begins. */
  private searched: number;
  /** Copies of bytes that came before `start`; the transport beneath is paused while there are any. */
  private early: Uint8Array[];
  private paused: boolean;
  private error: Error | undefined;
  private end: { readonly error: Error | undefined } | undefined;

  constructor(inner: Transport, options: SniffOptions) {
    this.inner = inner;
    this.options = options;
    this.state = "sniffing";
    this.events = undefined;
    this.session = undefined;
    this.head = new Uint8Array(0);
    this.headLength = 0;
    this.searched = 0;
    this.early = [];
    this.paused = false;
    this.error = undefined;
    this.end = undefined;
    // At once, not in `start`: a browser waits for the upgrade before it sends a byte of ours.
    inner.start(this);
  }

  get localAddress(): string {
    return this.inner.localAddress;
  }

  get peerAddress(): string {
    return this.inner.peerAddress;
  }

  get isPrivate(): boolean {
    return this.inner.isPrivate;
  }

  get peerIdentity(): PeerIdentity | undefined {
    return this.inner.peerIdentity;
  }

  get bytesRead(): number {
    return this.session?.bytesRead ?? this.inner.bytesRead;
  }

  get bytesWritten(): number {
    return this.session?.bytesWritten ?? this.inner.bytesWritten;
  }

  get bytesQueued(): number {
    return this.inner.bytesQueued;
  }

  get isBehind(): boolean {
    return this.inner.isBehind ?? false;
  }

  get waitedMs(): number {
    return this.inner.waitedMs ?? 0;
  }

  start(events: TransportEvents): void {
    if (this.events !== undefined)
      throw new TypeError("A transport is started once; this one has been started already.");
    this.events = events;
    if (this.end !== undefined) queueMicrotask(() => events.onClose(this.end?.error));
    else if (this.early.length > 0) queueMicrotask(() => this.deliverEarly());
  }

  write(bytes: Uint8Array, onWritten?: () => void): boolean {
    if (this.state === "plain") return this.inner.write(bytes, onWritten);
    return this.session?.send(bytes, onWritten) ?? true;
  }

  pause(): void {
    this.paused = true;
    this.inner.pause();
  }

  resume(): void {
    this.paused = false;
    if (this.early.length === 0) this.inner.resume();
    else if (this.events !== undefined) queueMicrotask(() => this.deliverEarly());
  }

  close(): void {
    this.session?.close();
    this.inner.close();
  }

  abort(error?: Error): void {
    this.inner.abort(error);
  }

  onDrain(): void {
    this.events?.onDrain();
  }

  onClose(error: Error | undefined): void {
    this.end = { error: this.error ?? error };
    this.events?.onClose(this.end.error);
  }

  onData(bytes: Uint8Array): void {
    switch (this.state) {
      case "plain":
        return this.deliver(bytes);
      case "websocket":
        return this.session?.receive(bytes);
      case "sniffing":
        return this.sniff(bytes);
      case "over":
        return undefined;
    }
  }

  private sniff(bytes: Uint8Array): void {
    const used = this.collect(bytes);
    const kind = readFirstBytes(this.head, this.headLength);
    switch (kind) {
      case "undecided":
        return undefined;
      case "rpcgen":
        this.state = "plain";
        this.head = new Uint8Array(0);
        return this.deliver(bytes);
      case "http":
        return this.readHead(bytes.subarray(used));
      case "http2":
        return this.refuse(http2Refusal);
      default:
        this.state = "over";
        return this.inner.abort(new Error(strangers[kind]));
    }
  }

  /** Keeps what may belong to the head of a request. @returns how many bytes that are */
  private collect(bytes: Uint8Array): number {
    const used = Math.min(bytes.length, maxHttpHeadBytes - this.headLength);
    const length = this.headLength + used;
    if (length > this.head.length) {
      const grown = new Uint8Array(Math.min(maxHttpHeadBytes, Math.max(length, this.head.length * 2)));
      grown.set(this.head.subarray(0, this.headLength));
      this.head = grown;
    }
    this.head.set(bytes.subarray(0, used), this.headLength);
    this.headLength = length;
    return used;
  }

  /** @param rest bytes that came behind what the head has room for */
  private readHead(rest: Uint8Array): void {
    const head = this.head.subarray(0, this.headLength);
    const end = indexOfEmptyLine(head, this.searched);
    this.searched = Math.max(0, this.headLength - 3);
    if (end < 0) return this.headLength < maxHttpHeadBytes ? undefined : this.answer(answerTooLarge(maxHttpHeadBytes));
    const text = String.fromCharCode(...head.subarray(0, end));
    const { webSocketPath: path, origins, probe } = this.options;
    this.answer(answerRequest(text, { path, origins, probe, localAddress: this.localAddress }));
    this.head = new Uint8Array(0);
    for (const part of [head.subarray(end + 4), rest]) if (part.length > 0) this.onData(part);
  }

  private answer({ isUpgrade, bytes }: HttpAnswer): void {
    if (!isUpgrade) return this.refuse(bytes);
    this.state = "websocket";
    this.session = new WebSocketSession({
      maxFrameBytes: this.options.maxWebSocketFrameBytes,
      write: (piece, onWritten) => this.inner.write(piece, onWritten),
      isFull: () => this.inner.bytesQueued > highWaterMark,
      onPayload: (piece) => this.deliver(piece),
      onEnd: (error) => this.leave(error),
    });
    this.inner.write(bytes);
  }

  private refuse(bytes: Uint8Array): void {
    this.inner.write(bytes);
    this.leave(new Error("The peer does not speak this protocol; it was told so."));
  }

  private deliver(bytes: Uint8Array): void {
    if (this.events !== undefined && this.early.length === 0) return this.events.onData(bytes);
    this.early.push(bytes.slice());
    this.inner.pause();
  }

  private deliverEarly(): void {
    while (this.early.length > 0 && !this.paused && this.end === undefined) {
      const bytes = this.early.shift() as Uint8Array;
      try {
        this.events?.onData(bytes);
      } catch (error) {
        return this.abort(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (this.early.length === 0 && !this.paused) this.inner.resume();
  }

  /** Nothing more is read; what was written is sent. */
  private leave(error: Error | undefined): void {
    this.state = "over";
    this.error ??= error;
    this.inner.close();
  }
}

const strangers = {
  tls: "The peer began with TLS, which this port does not speak.",
  unknown: "The first bytes of the peer belong to no protocol that is spoken here.",
} as const;

/** SETTINGS, then GOAWAY with HTTP_1_1_REQUIRED: gRPC clients show the text. */
const http2Refusal: Uint8Array = /* @__PURE__ */ goaway("gRPC is not served on this port; use an rpcgen client.");

function goaway(text: string): Uint8Array {
  const settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
  const head = [0, 0, 8 + text.length, 7, 0, 0, 0, 0, 0];
  const error = [0, 0, 0, 0, 0, 0, 0, 13];
  return Uint8Array.of(...settings, ...head, ...error, ...[...text].map((letter) => letter.charCodeAt(0)));
}

function indexOfEmptyLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}
