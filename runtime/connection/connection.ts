import type { TraceContext } from "../protocol/trace.ts";
import type { Compressor } from "../compression/compressor.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { Environment } from "../environment/environment.ts";
import type { Limits } from "../protocol/limits.ts";
import type { MemoryBudget } from "./memory-budget.ts";
import type { Transport } from "../transport/transport.ts";

/** How bodies are written: the number in each frame. 1 is the protobuf wire format, 2 its JSON mapping in UTF-8. */
export type Serialization = 1 | 2;

/**
 * opening: the handshake is under way (a client may already start calls) -> open, closed
 * open -> draining (GOAWAY sent or received, {@link Connection.drain}), closed
 * draining: calls in progress go on, new ones are refused with `draining` -> closed
 * closed: every call has had its outcome.
 */
export type ConnectionState = "opening" | "open" | "draining" | "closed";

/**
 * What both sides of a connection share: made by `createClientConnection` (client-connection.ts) and `createServerConnection`
 * (server-connection.ts). Nothing here throws for what the peer does: such faults end in outcomes and events.
 */
export interface Connection {
  readonly state: ConnectionState;
  /** Address of the other side, as the transport names it. */
  readonly peer: string;
  /** Calls started and not settled, waiting ones included. */
  readonly callsInProgress: number;
  /** What a client uses for requests: the first it offered until the server's Option arrives, then what the server chose. */
  readonly serialization: Serialization;
  /**
   * Numbers of the compressors that the other side reads and that were given to this one, the other side's favourite first. Empty until its
   * Option arrived [CMP-1].
   */
  readonly peerCompressors: readonly number[];
  /** Limits that the other side announced; the initial ones of the protocol before that. */
  readonly peerLimits: PeerLimits;
  /**
   * Ends politely: no new calls; those in progress go on; then the transport is closed. A server tells its peer by GOAWAY.
   * @param graceMs after this many milliseconds what is left is aborted: calls fail with `connection_lost` here and there
   * @returns resolves once the connection is closed; never rejects. Idempotent: the shortest grace counts.
   */
  drain(graceMs: number): Promise<void>;
  /** Ends at once. Calls fail with `error`, by default `connection_lost`. Idempotent. */
  abort(error?: RpcError): void;
}

/** The client's side. */
export interface ClientConnection extends Connection {
  /**
   * Starts a call. Its outcome comes to `request.receiver`, never before this method returns.
   * When the peer's limit of calls is reached it waits in line (bounded); when draining or closed it fails with a retryable reason.
   */
  startCall(request: OutgoingRequest): OutgoingCall;
}

/** The server's side: calls come to {@link ServerConnectionEvents.onRequest}. */
export interface ServerConnection extends Connection {
  /** What the client says it is known by; from `onOpen` on. A secret: never to be shown or logged. */
  readonly peerToken: string | undefined;
}

/** What to send. Read once, inside {@link ClientConnection.startCall} (or, for a call that waits in line, until it is sent). */
export interface OutgoingRequest {
  /** {@link methodIdFromPath}. */
  readonly methodId: number;
  /** `/package.Service/Method`; only when the peer may not know the number. */
  readonly methodPath?: string | undefined;
  /** Default: {@link Connection.serialization}. */
  readonly serialization?: Serialization | undefined;
  /**
   * The request message; empty for client streams, whose messages follow by {@link OutgoingCall.sendItem}.
   * Up to {@link copiedBodyBytes} bytes are copied before the method returns, so the memory may be reused at once (a call that waits in line
   * copies as well); a longer body belongs to the connection from then on and must not change.
   */
  readonly body: Uint8Array;
  /** Number of the compressor of `body`, one of {@link Connection.peerCompressors}. Default: 0, none. */
  readonly compressor?: number | undefined;
  /** True when the client will send items (client and bidirectional streams). */
  readonly hasItems?: boolean | undefined;
  /** No reply will come: `onEnd` is called when the request was handed to the transport. */
  readonly oneway?: boolean | undefined;
  /** Absolute, on the environment's `now()`. Default: none. Travels as the time that remains; fires here and there. */
  readonly deadlineMs?: number | undefined;
  /** 0 for the first try. */
  readonly attempt?: number | undefined;
  readonly priority?: number | undefined;
  /** Where the call stands in a trace; left out of the header when it is not valid. */
  readonly trace?: TraceContext | undefined;
  /** User metadata. @throws RpcError from `startCall`, `invalid_argument`, for bad keys or `limit_exceeded` for too much */
  readonly metadata?: Iterable<readonly [key: string, value: string]> | undefined;
  readonly receiver: ReplyReceiver;
}

/** Bodies up to this many bytes are copied when they are sent. */
export const copiedBodyBytes: number = 16 * 1024;

/**
 * Gets what the peer answers. Order: `onItem` any number of times, then exactly one of `onResponse`, `onEnd`, `onError`; nothing after it.
 * A throw from `onItem` cancels the call; a throw from `onResponse`, `onItem` or `onEnd` is handed to `onError` (an RpcError as it is), so a decoder may
 * simply throw. A throw from `onError` is swallowed.
 * Byte views are valid only during the call: decode or copy at once. One that is all of its buffer was made for this message and may be kept.
 */
export interface ReplyReceiver {
  /** The reply of a unary or client-stream call. */
  onResponse(body: Uint8Array, head: ReplyHead): void;
  /** One item of a stream. Call {@link OutgoingCall.consumed} with `cost` when it has been used, or the peer will stop sending. */
  onItem(body: Uint8Array, cost: number, head: ReplyHead): void;
  /** The stream ended well; or a one-way request has been handed over. */
  onEnd(head: ReplyHead): void;
  /** The one failure: from the peer (`origin: "remote"`, perhaps {@link RemoteFailure}), deadline, cancel, lost connection. */
  onError(error: RpcError, failure: RemoteFailure | undefined): void;
  /** After `sendItem` returned false: more may be sent. */
  onWritable?(): void;
  /** The server has granted the call credit, so it took the call: no GOAWAY refuses it any more [GOA-1]. */
  onCredit?(): void;
}

/** What an error frame holds beside what {@link RpcError} shows. */
export interface RemoteFailure {
  /** Full name of a declared error; its data is in `body`. Undefined: not a declared error. */
  readonly errorType: string | undefined;
  readonly serialization: Serialization;
  /** Valid only during the call. */
  readonly body: Uint8Array;
}

/** The protocol part of a reply. Metadata stays undecoded until asked for. */
export interface ReplyHead {
  readonly serialization: Serialization;
  /** Number of the compressor of the body; 0: none. */
  readonly compressor: number;
  /** User metadata in order; empty when there is none. Valid after the callback too. */
  metadata(): readonly (readonly [key: string, value: string])[];
}

/** A call at the client. Every method is without effect after the outcome. */
export interface OutgoingCall {
  /** The time on the environment's clock at some moment of this turn; asked while a reply is handed over, about when that came. */
  readonly turnMs: number;
  /**
   * Sends an item (client and bidirectional streams). @returns false when credit or queue is used up: the item is kept (bounded to the ones
   * already handed over), wait for `onWritable` before the next.
   */
  sendItem(body: Uint8Array, compressor?: number): boolean;
  /** No more items. */
  endItems(): void;
  /** `cost` of an item that `onItem` gave has been used: the peer may send as much again. */
  consumed(cost: number): void;
  /** Ends the call: tells the peer, and fails it here with `error` (default: `cancelled_by_caller`). */
  cancel(error?: RpcError): void;
}

/** A call at the server. Methods that send are without effect once the call was answered, cancelled or lost. */
export interface IncomingCall {
  readonly methodId: number;
  /** Only when the client sent it. */
  readonly methodPath: string | undefined;
  readonly serialization: Serialization;
  /** Number of the compressor of the request's body; 0: none. */
  readonly compressor: number;
  readonly oneway: boolean;
  /** True when items follow. */
  readonly hasItems: boolean;
  /** Absolute, on the environment's `now()`; `Infinity` without one. When it passes, `onCancel` is called with `deadline_exceeded`. */
  readonly deadlineMs: number;
  readonly attempt: number;
  readonly priority: number | undefined;
  readonly trace: TraceContext | undefined;
  /** False once answered, cancelled, timed out or lost. */
  readonly open: boolean;
  /** User metadata, decoded on first use. */
  metadata(): readonly (readonly [key: string, value: string])[];
  /** Set inside `onRequest` at the latest; without it items and cancels go unheard. */
  receiver: RequestReceiver | undefined;
  /** The one reply of a unary or client-stream call. Ends the call. Bodies as in {@link OutgoingRequest.body}. */
  respond(body: Uint8Array, metadata?: Metadata, compressor?: number): void;
  /** One item. Metadata goes with the first. @returns false: wait for `onWritable` before the next. */
  sendItem(body: Uint8Array, metadata?: Metadata, compressor?: number): boolean;
  /** The stream of items ended well. Ends the call. */
  end(metadata?: Metadata): void;
  /** The call failed. Ends the call. Message is cut to 1 KiB, details dropped above 4 KiB. */
  fail(failure: OutgoingFailure): void;
  /** As {@link OutgoingCall.consumed}. */
  consumed(cost: number): void;
  /** A request grew by `bytes` when it was decompressed or decoded: they are charged until it settles. @returns false when the connection, or the server, holds too many */
  chargeRequest(bytes: number): boolean;
  /** True when the requests of all connections together leave next to no room: what may grow is not worth decoding. */
  readonly isCrowded: boolean;
  /**
   * The handler has settled. Must be called once for every call, also one that was cancelled or one-way: until then it counts as in progress,
   * and so do the bytes of its request. Whoever answers first and settles later is right to do so.
   */
  settle(): void;
}

/** User metadata to send. */
export type Metadata = Iterable<readonly [key: string, value: string]>;

/** An error to send. */
export interface OutgoingFailure {
  /** Code, reason, message, errorId, details and metadata travel; cause and stack never. */
  readonly error: RpcError;
  /** Full name and encoded data of a declared error. */
  readonly errorType?: string | undefined;
  readonly body?: Uint8Array | undefined;
  /**
   * True when no handler has run, as for an unknown method or a call that was turned away. Without it a reason that says "may be sent again"
   * is replaced by `application`, so that an error which a handler got from elsewhere never makes its caller repeat the call.
   */
  readonly notStarted?: boolean | undefined;
}

/** Gets what the client sends after the request. A throw from any of them fails this call with `internal`, nothing else. */
export interface RequestReceiver {
  /** As {@link ReplyReceiver.onItem}. */
  onItem?(body: Uint8Array, cost: number, compressor: number): void;
  /** The client sends no more items. */
  onItemsEnd?(): void;
  /** The client cancelled, the deadline passed or the connection was lost. At most once; nothing is called after it. */
  onCancel(error: RpcError): void;
  /** After `sendItem` returned false: more may be sent. */
  onWritable?(): void;
}

/** What a connection reports to its owner. A throw ends the connection. */
export interface ConnectionEvents {
  /** The handshake is complete. */
  onOpen?(): void;
  /** No new calls from now on; those in progress go on. Once. */
  onDraining?(): void;
  /** The server says goodbye; `code` is one of {@link GoawayCode}, or unknown. After `onDraining`. Clients only. */
  onGoaway?(code: number): void;
  /** The end, once, after every call had its outcome. No error: it ended politely. */
  onClose?(error: RpcError | undefined): void;
}

/** Events of a server's connection. */
export interface ServerConnectionEvents extends ConnectionEvents {
  /**
   * A request. `body` is valid only during the call. A throw fails the call with `internal` and settles it.
   * Called in the order of arrival; the answer may come in any order, also before this returns.
   */
  onRequest(call: IncomingCall, body: Uint8Array): void;
  /** A one-way request was turned away and will not come to `onRequest`. Its sender is not told. Not for those that it cancelled itself. */
  onDropped?(call: IncomingCall, error: RpcError): void;
}

/** What the other side said it accepts. */
export interface PeerLimits {
  /** Bytes after the fixed part of a frame. */
  readonly maxFrameBytes: number;
  /** Bytes of one message. */
  readonly maxMessageBytes: number;
  /** Calls in progress. */
  readonly maxCalls: number;
}

/** What {@link createClientConnection} and {@link createServerConnection} share. */
export interface ConnectionOptions {
  /** Not started yet: the connection calls {@link Transport.start}. */
  readonly transport: Transport;
  /** Default: the system's. */
  readonly environment?: Environment | undefined;
  /** What differs from {@link defaultLimits}. */
  readonly limits?: Partial<Limits> | undefined;
  /** In order of preference. Default: binary, JSON. */
  readonly serializations?: readonly Serialization[] | undefined;
  /** Name and version of this program, told to the peer; at most 128 characters. */
  readonly peerName?: string | undefined;
  /** What this side reads, best first; the other side may use them from then on. Default: none. */
  readonly compressors?: readonly Compressor[] | undefined;
}

/** @see createClientConnection */
export interface ClientConnectionOptions extends ConnectionOptions {
  /** Tells the server who is calling [AUT-1]. While a promise is pending nothing is sent; when it rejects the connection fails with its error. */
  readonly token?: string | Promise<string> | undefined;
  /** Milliseconds for the whole handshake, the time that a transport takes to connect included. Default: `handshakeMs` of the limits. */
  readonly handshakeMs?: number | undefined;
  readonly events?: ConnectionEvents | undefined;
}

/** @see createServerConnection */
export interface ServerConnectionOptions extends ConnectionOptions {
  /** For what has arrived. Shared with the other connections of a server. Default: none, only the limits of the connection hold. */
  readonly memory?: MemoryBudget | undefined;
  /** For what waits to be sent; as above. */
  readonly outboundMemory?: MemoryBudget | undefined;
  readonly events: ServerConnectionEvents;
}
