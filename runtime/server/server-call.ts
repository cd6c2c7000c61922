import { remainingFrom } from "../call/deadline.ts";
import { type ItemPump, pumpItems } from "../call/item-pump.ts";
import { ItemQueue } from "../call/item-queue.ts";
import { pushHeavy, scale, uncountedBytes } from "../call/item-scale.ts";
import { LazyItem } from "../call/lazy-item.ts";
import { checkEntry, lazyMetadata, type MetadataEntry } from "../call/metadata.ts";
import type { CallContext, Items, Metadata, MethodType } from "../call/method-type.ts";
import type { Principal } from "../call/principal.ts";
import { findKept, keep, type Kept, type Slot } from "../call/slot.ts";
import type { Compression, PackedBody } from "../compression/compression.ts";
import { decompress } from "../compression/decompress.ts";
import { encodeBodyToCopy, type MemoryOwner } from "../codec/body.ts";
import type { IncomingCall, RequestReceiver } from "../connection/connection.ts";
import { showAs } from "../environment/shown.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { PeerIdentity } from "../transport/transport.ts";
import type { TraceContext } from "../protocol/trace.ts";
import { decodeRequest, tooMuchRequested } from "./request-body.ts";
import type { Session } from "./session.ts";
import { failureFromThrown, hiddenFailure } from "./failure.ts";

/** What a call needs of its server. */
export interface CallScope {
  readonly environment: Environment;
  readonly compression: Compression;
  /** Bytes of a request, after decompression. */
  readonly maxMessageBytes: number;
  /** Reports an error that the caller does not see, and returns the id under which it was reported. */
  report(error: unknown, call: ServerCallState, answered: boolean): string;
  /** The handler has settled: once per call. */
  settled(call: ServerCallState): void;
}

/**
 * One call at the server: the handler's context, and the receiver of what the client still sends.
 *
 * running -> answered (reply, end or failure was sent) -> settled; running -> cancelled (by the client, its deadline or a lost
 * connection) -> settled. Settled means that the handler has come to its end; until then the call counts.
 */
export class ServerCallState implements CallContext, RequestReceiver, MemoryOwner {
  static {
    showAs(this, "CallContext", ({ method, peer, principal }) => ({
      method: method.path,
      peer,
      principal: principal?.id,
    }));
  }

  readonly method: MethodType;
  readonly session: Session;
  bytesSent: number;
  bytesReceived: number;
  /** Why the caller gets no reply; undefined when it got one, or still may. */
  failure: RpcError | undefined;
  /** What a handler gave that did not wait, with the promise in which its interceptors see it. */
  handled: { readonly reply: Promise<unknown>; readonly result: unknown } | undefined;
  private readonly incoming: IncomingCall;
  private readonly scope: CallScope;
  private state: "running" | "answered" | "cancelled" | "settled";
  private knownMetadata: Metadata | undefined;
  private replyMetadata: MetadataEntry[] | undefined;
  private begun: boolean;
  private admitted: boolean;
  private kept: Kept | undefined;
  private started: number;
  private controller: AbortController | undefined;
  private cancelReason: RpcError | undefined;
  private requests: ItemQueue<unknown> | undefined;
  private pump: ItemPump | undefined;

  constructor(method: MethodType, session: Session, incoming: IncomingCall, scope: CallScope) {
    this.method = method;
    this.session = session;
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.failure = undefined;
    this.handled = undefined;
    this.incoming = incoming;
    this.scope = scope;
    this.state = "running";
    this.knownMetadata = undefined;
    this.replyMetadata = undefined;
    this.begun = false;
    this.admitted = false;
    this.kept = undefined;
    this.started = -1;
    this.controller = undefined;
    this.cancelReason = undefined;
    this.requests = undefined;
    this.pump = undefined;
  }

  get peer(): string {
    return this.session.address;
  }

  get peerIdentity(): PeerIdentity | undefined {
    return this.session.tlsPeer;
  }

  get principal(): Principal | undefined {
    return this.session.caller.principal;
  }

  get metadata(): Metadata {
    return (this.knownMetadata ??= lazyMetadata(() => this.incoming.metadata()));
  }

  get trace(): TraceContext | undefined {
    return this.incoming.trace;
  }

  get attempt(): number {
    return this.incoming.attempt;
  }

  /** Without hooks, which ask at once: when somebody asked first. */
  get startedMs(): number {
    if (this.started < 0) this.start(this.scope.environment.now());
    return this.started;
  }

  start(nowMs: number): void {
    this.started = nowMs;
  }

  get remainingMs(): number {
    return remainingFrom(this.incoming.deadlineMs, this.scope.environment.now());
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelReason !== undefined) this.controller.abort(this.cancelReason);
    }
    return this.controller.signal;
  }

  get<T>(slot: Slot<T>): T | undefined {
    return findKept(this.kept, slot)?.value as T | undefined;
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.kept = keep(this.kept, slot, value);
  }

  setResponseMetadata(key: string, value: string): void {
    if (this.begun)
      throw new TypeError("The reply has begun: its metadata has been sent. Set it before the first item.");
    checkEntry(key, value);
    (this.replyMetadata ??= []).push([key, value]);
  }

  /** True while an answer can still reach the caller. */
  get running(): boolean {
    return this.state === "running" && this.incoming.open;
  }

  /** The request, once the call was let in; a promise when it has to be decompressed elsewhere. @throws RpcError, or rejects with it */
  open(body: Uint8Array): unknown {
    this.admitted = true;
    const { compressor } = this.incoming;
    if (compressor === 0) return this.read(body);
    const plain = this.decompress(body, compressor);
    return plain instanceof Promise ? plain.then((bytes) => this.readCharged(bytes)) : this.readCharged(plain);
  }

  /** Items that come from now on are decoded as they come. */
  admitItems(): void {
    this.admitted = true;
  }

  /** The message in a body, checked against its constraints. @throws RpcError `invalid_argument` */
  read(body: Uint8Array): unknown {
    if (body.length > uncountedBytes && this.incoming.isCrowded) throw tooMuchRequested();
    return this.decode(body, this);
  }

  /** Memory that the request takes counts until the handler has settled, as its bytes do. */
  hold(bytes: number): void {
    if (bytes > uncountedBytes) this.charge(bytes);
  }

  private charge(bytes: number): void {
    if (!this.incoming.chargeRequest(bytes)) throw tooMuchRequested();
  }

  private decode(body: Uint8Array, owner: MemoryOwner | undefined): unknown {
    this.bytesReceived += body.length;
    return decodeRequest(this.method, body, this.incoming.serialization, owner);
  }

  /** The items that the client sends. Called once, before the first of them can arrive. */
  openRequests(): AsyncIterable<unknown> {
    this.requests = new ItemQueue<unknown>({
      consumed: (cost) => this.incoming.consumed(cost),
      abandoned: () => undefined,
    });
    return this.requests;
  }

  onItem(body: Uint8Array, cost: number, compressor: number): void {
    if (compressor !== 0 || !this.admitted) {
      const kept = new Uint8Array(body);
      this.requests?.push(new LazyItem(() => this.readLater(kept, compressor)), cost);
      return;
    }
    try {
      const item = this.decode(body, scale);
      if (scale.isHeavy(cost)) this.pushHeavy(item, body, cost);
      else this.requests?.push(item, cost);
    } catch (error) {
      const refusal = RpcError.from(error);
      this.refuse(refusal);
      this.abandon(refusal);
    }
  }

  private pushHeavy(item: unknown, body: Uint8Array, cost: number): void {
    const { requests, method, incoming } = this;
    if (requests === undefined) return;
    pushHeavy(requests, { item, body, cost }, (kept) => decodeRequest(method, kept, incoming.serialization, undefined));
  }

  onItemsEnd(): void {
    this.requests?.end();
  }

  onCancel(error: RpcError): void {
    if (this.state === "running") this.state = "cancelled";
    this.failure ??= error;
    this.abandon(error);
  }

  onWritable(): void {
    this.pump?.writable();
  }

  /** Answers with the handler's result. The call is over. */
  reply(result: unknown): void {
    if (this.running && !this.method.oneway) {
      try {
        const body = encodeBodyToCopy(this.method.response, result, this.incoming.serialization);
        this.begun = true;
        if (this.isPacked(body)) return this.replyPacked(new Uint8Array(body));
        this.respond(body, 0);
      } catch (error) {
        this.failWith(error);
      }
    }
    this.settle();
  }

  private respond(body: Uint8Array, compressor: number): void {
    this.bytesSent += body.length;
    this.incoming.respond(body, this.replyMetadata, compressor);
    this.answered();
  }

  /** Ends the call too, now or later. */
  private replyPacked(body: Uint8Array): void {
    const packed = this.pack(body);
    if (!(packed instanceof Promise)) {
      this.respond(packed.body, packed.compressor);
      return this.settle();
    }
    packed
      .then((later) => this.running && this.respond(later.body, later.compressor))
      .catch((error: unknown) => this.failWith(error))
      .finally(() => this.settle());
  }

  private isPacked({ length }: Uint8Array): boolean {
    return this.scope.compression.takes(this.method, length, this.session);
  }

  private pack(body: Uint8Array): PackedBody | Promise<PackedBody> {
    return this.scope.compression.pack(this.method, body, this.session.peerCompressors);
  }

  /** @param body in lent memory */
  private sendItem(body: Uint8Array): boolean {
    if (!this.isPacked(body)) return this.emit(body, 0);
    const packed = this.pack(new Uint8Array(body));
    if (!(packed instanceof Promise)) return this.emit(packed.body, packed.compressor);
    packed
      .then((later) => this.emit(later.body, later.compressor) && this.pump?.writable())
      .catch((error: unknown) => {
        this.failWith(error);
        this.pump?.stop();
      });
    return false;
  }

  private emit(body: Uint8Array, compressor: number): boolean {
    this.bytesSent += body.length;
    const metadata = this.begun ? undefined : this.replyMetadata;
    this.begun = true;
    return this.incoming.sendItem(body, metadata, compressor);
  }

  /** Sends the items of a handler, then ends. */
  replyItems(items: Items<unknown>): void {
    const { response } = this.method;
    const format = this.incoming.serialization;
    try {
      this.pump = pumpItems(items, {
        send: (item) => this.sendItem(encodeBodyToCopy(response, item, format)),
        end: () => this.endItems(),
        fail: (error) => this.failWith(error),
      });
    } catch (error) {
      return this.fail(error);
    }
    if (!this.running) this.pump.stop();
    void this.pump.done.then(() => this.settle());
  }

  /** Answers with what a handler or interceptor threw. The call is over. */
  fail(error: unknown): void {
    this.failWith(error);
    this.settle();
  }

  /** Answers with an error of the runtime, which the caller sees as it is. The handler may still run, unless it has not begun. */
  refuse(error: RpcError, notStarted = false): void {
    this.failure ??= error;
    if (!this.running) return;
    if (this.method.oneway) this.scope.report(error, this, false);
    else this.incoming.fail({ error, notStarted });
    this.answered();
  }

  /** The call is not let in. It is nobody's fault here, so nothing is reported. */
  turnAway(error: RpcError): void {
    this.failure ??= error;
    if (this.running && !this.method.oneway) this.incoming.fail({ error, notStarted: true });
    this.answered();
    this.settle();
  }

  /** The handler has come to its end. */
  settle(): void {
    if (this.state === "settled") return;
    this.state = "settled";
    void this.requests?.return();
    this.incoming.settle();
    this.scope.settled(this);
  }

  private decompress(body: Uint8Array, number: number): Uint8Array | Promise<Uint8Array> {
    const { compression, maxMessageBytes } = this.scope;
    const compressor = compression.find(number);
    if (compressor === undefined) throw unknownCompressor(number);
    return decompress(compressor, body, Math.min(maxMessageBytes, this.method.policy.maxMessageBytes ?? Infinity));
  }

  /** What a body became counts as if it had come so. */
  private readCharged(plain: Uint8Array): unknown {
    this.charge(plain.length);
    return this.read(plain);
  }

  private async readLater(body: Uint8Array, compressor: number): Promise<unknown> {
    try {
      return this.decode(compressor === 0 ? body : await this.decompress(body, compressor), undefined);
    } catch (error) {
      const refusal = RpcError.from(error);
      this.refuse(refusal);
      this.abandon(refusal);
      throw refusal;
    }
  }

  private endItems(): void {
    if (!this.running) return;
    this.incoming.end(this.begun ? undefined : this.replyMetadata);
    this.begun = true;
    this.answered();
  }

  /** A caller that has gone needs no answer, and what its handler then throws is no news. */
  private failWith(error: unknown): void {
    this.failure ??= RpcError.from(error);
    if (!this.running) return;
    const { method } = this;
    if (method.oneway) {
      this.scope.report(error, this, false);
    } else {
      this.incoming.fail(this.failureFor(error));
    }
    this.answered();
  }

  private failureFor(error: unknown): ReturnType<typeof hiddenFailure> {
    try {
      const failure = failureFromThrown(this.method, error, this.incoming.serialization);
      if (failure !== undefined) return failure;
    } catch (fault) {
      return hiddenFailure(this.scope.report(fault, this, true));
    }
    return hiddenFailure(this.scope.report(error, this, true));
  }

  private answered(): void {
    this.begun = true;
    if (this.state === "running") this.state = "answered";
  }

  /** Nobody waits for the answer: the handler is told, its streams are closed. */
  private abandon(error: RpcError): void {
    this.cancelReason = error;
    this.controller?.abort(error);
    this.requests?.fail(error);
    this.pump?.stop();
  }
}

function unknownCompressor(number: number): RpcError {
  return new RpcError({ reason: "unsupported", message: `The compressor ${number} was not offered by this server.` });
}
