/// <reference lib="esnext.disposable" preserve="true" />
import type { MessageType } from "../codec/message-type.ts";
import type { MethodKind, MethodPolicy } from "../descriptor/descriptor.ts";
import type { CallInfo } from "./context.ts";
import type { PeerIdentity } from "../transport/transport.ts";
import type { Principal } from "./principal.ts";
import type { ErrorType } from "./declared-error.ts";
import type { StreamCode } from "./stream-code.ts";

/** A method as the runtime sees it: generated once per method, frozen. `I`/`O`: decoded types, `II`/`OI`: what may be passed. */
export interface MethodType<I = unknown, II = I, O = unknown, OI = O> {
  readonly kind: MethodKind;
  /** As written in the schema. */
  readonly name: string;
  /** Name of the stub and handler member: `name`, escaped where it would break TypeScript. */
  readonly member: string;
  /** Full name of the service. */
  readonly service: string;
  /** `/package.Service/Method`. */
  readonly path: string;
  /** Number on the wire, {@link methodIdFromPath}. */
  readonly id: number;
  readonly oneway: boolean;
  readonly idempotency: "unknown" | "idempotent" | "readonly";
  readonly request: MessageType<I, II>;
  readonly response: MessageType<O, OI>;
  readonly errors: readonly ErrorType[];
  readonly policy: MethodPolicy;
  /** Of methods with streams: what the small client for pages needs for them. */
  readonly streams?: StreamCode | undefined;
}

declare const clientMark: unique symbol;
declare const handlersMark: unique symbol;

/** A service as the runtime sees it. `Client` and `Handlers` are the generated interfaces. */
export interface ServiceType<Client = unknown, Handlers = unknown> {
  /** `acme.users.v1.Users`. */
  readonly name: string;
  readonly methods: readonly MethodType[];
  /** Builds the stub: explicit methods over an invoker. */
  readonly stub: (invoker: Invoker) => Stub<Client>;
  readonly [clientMark]?: Client;
  readonly [handlersMark]?: Handlers;
}

/** A generated client interface without the members that the runtime adds. */
export type Stub<Client> = Omit<Client, keyof ServiceClient>;

/** Members of every client besides its methods. */
export interface ServiceClient {
  /** Lets running calls end, then closes the connection. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

declare const errorMark: unique symbol;

/** The reply of a call: a promise whose type also names the declared errors it may reject with. */
export interface Call<T, E = never> extends Promise<T> {
  readonly [errorMark]?: E;
}

/** The items of a stream. Leaving the loop early cancels the call. May be iterated once. */
export interface ItemStream<T, E = never> extends AsyncIterable<T> {
  readonly [errorMark]?: E;
}

/** Items to send: an array, a generator, an async generator. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** What a handler may return. */
export type MaybePromise<T> = T | Promise<T>;

/** Per-call settings. */
export interface CallOptions {
  /** Milliseconds until the call fails with `deadline_exceeded`; overrides the schema and the client default. */
  readonly timeoutMs?: number | undefined;
  /** Cancels the call, also at the server. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The call that is being served while this one is made, as its handler got it. Its deadline holds for this one too, when it ends this one ends, and a call that is itself a retry makes
   * no retries. Tracing goes on from it.
   */
  readonly parent?: CallInfo | undefined;
  /** Waits, until the deadline, for a connection that works, where the call would fail because the server cannot be reached. */
  readonly waitForReady?: boolean | undefined;
  /** Sent with the request. Keys are lower-case ASCII `[a-z0-9._-]`. */
  readonly metadata?: Metadata | Readonly<Record<string, string>> | undefined;
  /** Compresses the messages of this call, or not; overrides the schema and the client's `compression`, unless that is off. */
  readonly compress?: boolean | undefined;
  /** Called once with the metadata of the reply, before the reply resolves or the first item arrives. */
  readonly onResponseMetadata?: ((metadata: Metadata) => void) | undefined;
}

/** Key-value pairs that travel beside a message. Keys may repeat. */
export interface Metadata extends Iterable<readonly [key: string, value: string]> {
  readonly size: number;
  get(key: string): string | undefined;
  getAll(key: string): readonly string[];
  has(key: string): boolean;
}

/** What generated stubs call. Implemented by the client. */
export interface Invoker {
  unary<I, II, O, OI, E>(method: MethodType<I, II, O, OI>, request: II, options: CallOptions | undefined): Call<O, E>;
  /** Resolves when the request has been handed to the transport; there is no reply. */
  oneway<I, II>(method: MethodType<I, II, void, void>, request: II, options: CallOptions | undefined): Promise<void>;
  serverStream<I, II, O, OI, E>(
    method: MethodType<I, II, O, OI>,
    request: II,
    options: CallOptions | undefined,
  ): ItemStream<O, E>;
  clientStream<I, II, O, OI, E>(
    method: MethodType<I, II, O, OI>,
    requests: Items<II>,
    options: CallOptions | undefined,
  ): Call<O, E>;
  bidiStream<I, II, O, OI, E>(
    method: MethodType<I, II, O, OI>,
    requests: Items<II>,
    options: CallOptions | undefined,
  ): ItemStream<O, E>;
}

/** What a handler learns about its call, and what it may send beside the reply. */
export interface CallContext extends CallInfo {
  /** Address of the caller as the transport names it: `127.0.0.1:51234`. */
  readonly peer: string;
  /** Names in the certificate of the caller, verified (mutual TLS); undefined without one. */
  readonly peerIdentity: PeerIdentity | undefined;
  /** Who the caller is, as the server's `authenticate` found; undefined where nobody asked, or for somebody unknown at a public method. */
  readonly principal: Principal | undefined;
  /** Adds to the metadata of the reply; throws once the reply has begun. */
  setResponseMetadata(key: string, value: string): void;
}
