import { checkOptionParts } from "../environment/option-kinds.ts";
import type { Address } from "./address.ts";

/**
 * A duplex of bytes between two processes (or two halves of one): what a connection runs on.
 *
 * Life: open -> closing ({@link Transport.close} was called, or the peer ended its side) -> closed. From open or closing,
 * {@link Transport.abort} or a fault leads to closed at once. `onClose` is called exactly once, never synchronously from a
 * method of the transport; nothing is called after it.
 */
export interface Transport {
  /** Who the other side proved to be by its certificate; undefined where nobody checked one. */
  readonly peerIdentity?: PeerIdentity | undefined;
  /** This side's address, for logs: `127.0.0.1:9000`, a path, a name. */
  readonly localAddress: string;
  /** The other side's address: `127.0.0.1:51234`. */
  readonly peerAddress: string;
  /** True when no other machine can read the bytes: loopback, unix socket, memory, or encrypted. */
  readonly isPrivate: boolean;
  /** Bytes received so far. */
  readonly bytesRead: number;
  /** Bytes accepted by {@link Transport.write} so far. */
  readonly bytesWritten: number;
  /** Bytes accepted by {@link Transport.write} that the system has not taken yet. */
  readonly bytesQueued: number;
  /** True while bytes have arrived that wait until others had their turn: the peer is not to blame for the silence. Undefined: never. */
  readonly isBehind?: boolean;
  /** Milliseconds for which the bytes that `onData` is given at the moment have waited so. Undefined: none. */
  readonly waitedMs?: number;
  /**
   * Begins to deliver. Called once, before anything else; bytes that arrive earlier wait (bounded by the system's buffer).
   * @throws TypeError when called twice
   */
  start(events: TransportEvents): void;
  /**
   * Queues bytes to send. They belong to the transport until `onWritten` is called: leave them unchanged until then.
   * `onWritten` is called once the system has taken the bytes (possibly before `write` returns); not at all when the transport closes first.
   * After {@link Transport.close} or the end the bytes are dropped without an error.
   * @returns false when more is queued than the transport likes: wait for `onDrain` before writing more. The bytes are queued all the same.
   */
  write(bytes: Uint8Array, onWritten?: () => void): boolean;
  /** Stops delivery until {@link Transport.resume}. At most one `onData` may still come. The peer feels back-pressure. */
  pause(): void;
  /** Goes on after {@link Transport.pause}. */
  resume(): void;
  /** Sends what is queued, then ends. Idempotent. A peer that never reads may hold it open: callers bound it with {@link Transport.abort}. */
  close(): void;
  /** Ends at once; what is queued is lost. Idempotent. `error` is handed to `onClose`. */
  abort(error?: Error): void;
}

/** The names in a certificate that was verified: its SANs, never its CN. */
export interface PeerIdentity {
  /** The SPIFFE id, when exactly one URI is there and is one: `spiffe://example.org/billing`. */
  readonly spiffeId: string | undefined;
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
}

/** How a transport reports. A throw from any of them aborts this transport with the error; nothing else is affected. */
export interface TransportEvents {
  /** Bytes in order. The view is valid only during the call: its memory is reused. Copy what must be kept. Never empty. */
  onData(bytes: Uint8Array): void;
  /** After a `write` that returned false: the queue is short again. */
  onDrain(): void;
  /** The end, exactly once. No error: both sides ended politely. */
  onClose(error: Error | undefined): void;
}

/** Settings of {@link TransportKind.connect}. */
export interface ConnectOptions {
  /** Milliseconds until an attempt that has not connected fails with `unavailable`, `connect_failed`. */
  readonly timeoutMs: number;
  /** Gives the attempt up with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** Where a server accepts. */
export interface TransportListener {
  /** The address to connect to, with the port that the system chose: `tcp://127.0.0.1:43121`. */
  readonly address: string;
  /** Stops accepting; transports that were accepted live on. Idempotent. */
  close(): Promise<void>;
}

/** Who may begin a handshake that a transport needs before it is one, like that of TLS. Addresses are as in {@link Transport.peerAddress}. */
export interface Doorkeeper {
  /** Such handshakes at a time, on each listener; one more pushes out the oldest. */
  readonly maxHandshakes: number;
  /** Asked when a peer has connected. @returns false when it is to be closed without a word */
  enter(peerAddress: string): boolean;
  /** Told when the handshake of a peer that entered is over, done or not; just before `accept`, which asks for its own place. */
  leave(peerAddress: string): void;
}

/** One way to carry bytes, told by the scheme of its addresses. Stateless and shareable, `memory` registries apart. */
export interface TransportKind {
  /** `tcp`, `unix`, `memory`. */
  readonly scheme: string;
  /** True when nobody outside this machine can connect to or read from the address. */
  isPrivate(address: Address): boolean;
  /** @throws RpcError `unavailable`, reason `connect_failed`, naming the address and the cause */
  connect(address: Address, options: ConnectOptions): Promise<Transport>;
  /**
   * @param accept called for each peer; it must call {@link Transport.start} before it returns, or later without losing bytes
   * @param door for transports with a handshake of their own; others need not ask it
   * @throws RpcError `unavailable` naming the address and what to do when it is taken or not allowed
   */
  listen(address: Address, accept: (transport: Transport) => void, door?: Doorkeeper): Promise<TransportListener>;
}

/** @throws TypeError for a list that has something else in it */
export function checkTransports(transports: readonly TransportKind[]): readonly TransportKind[] {
  for (const transport of transports) {
    checkOptionParts(transport, {
      name: "transports",
      parts: { scheme: "string", isPrivate: "function", connect: "function", listen: "function" },
      maker: "createMessagePortTransport(), for one,",
    });
  }
  return transports;
}
