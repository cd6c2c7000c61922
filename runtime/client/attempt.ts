import { ItemQueue } from "../call/item-queue.ts";
import { pushHeavy, scale, type WeighedItem } from "../call/item-scale.ts";
import type { Items } from "../call/method-type.ts";
import type { MemoryOwner } from "../codec/body.ts";
import type { PackedBody } from "../compression/compression.ts";
import type {
  ClientConnection,
  OutgoingCall,
  OutgoingRequest,
  RemoteFailure,
  ReplyHead,
  ReplyReceiver,
  Serialization,
} from "../connection/connection.ts";
import type { TraceContext } from "../protocol/trace.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { AttemptCall } from "./attempt-call.ts";
import type { ClientCallState } from "./client-call.ts";
import { decodeReply, encodeItem, encodeRequest, packedItem, unpackReply } from "./bodies.ts";
import { cancelledBySignal, signalFault } from "./client-errors.ts";
import { isUnreached, mayMoveOn, roomFor } from "./moving-on.ts";
import type { AttemptScope, AttemptWatcher } from "./attempt-scope.ts";
import type { Pick } from "./cluster-pick.ts";
import type { WaitingRoom } from "./pool.ts";
import { remoteError } from "./remote-error.ts";
import { RequestItems } from "./request-items.ts";
import { waitForConnection } from "./wait.ts";

const noBody: Uint8Array = new Uint8Array(0);

/**
 * One attempt of a call: the request to send and the receiver of what comes back in one object, because a call at full speed
 * should cost few allocations. Used once, by {@link Attempt.reply} or {@link Attempt.items}.
 */
export class Attempt implements OutgoingRequest, ReplyReceiver {
  readonly methodId: number;
  readonly hasItems: boolean;
  readonly oneway: boolean;
  readonly deadlineMs: number | undefined;
  readonly attempt: number;
  readonly metadata: Iterable<readonly [string, string]> | undefined;
  readonly trace: TraceContext | undefined;
  readonly receiver: ReplyReceiver;
  serialization: Serialization;
  body: Uint8Array;
  /** Of the body. */
  compressor: number;
  private readonly call: ClientCallState;
  private readonly scope: AttemptScope;
  /** The attempt as its interceptors and its fault mode know it; undefined when there are none. */
  private readonly own: AttemptCall | undefined;
  private watcher: AttemptWatcher | undefined;
  private pick: Pick | undefined;
  private outgoing: OutgoingCall | undefined;
  /** The request before it was compressed: another connection may not take it otherwise. */
  private plain: Uint8Array;
  private message: unknown;
  /** The body lay in lent memory: another connection needs the message encoded again. */
  private isLent: boolean;
  private isOver: boolean;
  private resolve: ((value: unknown) => void) | undefined;
  private reject: ((error: unknown) => void) | undefined;
  private queue: ItemQueue<unknown> | undefined;
  private onAbort: (() => void) | undefined;
  private headShown: boolean;
  private isAbandoned: boolean;
  /** What it sends when that is more than one message. */
  private readonly requests: RequestItems | undefined;
  private restarts: number;

  constructor(call: ClientCallState, scope: AttemptScope, own?: AttemptCall, watcher?: AttemptWatcher) {
    const { method } = call;
    this.methodId = method.id;
    this.hasItems = method.kind === "client_stream" || method.kind === "bidi_stream";
    this.oneway = method.oneway;
    this.deadlineMs = call.deadlineMs === Infinity ? undefined : call.deadlineMs;
    this.attempt = (own === undefined ? call.attempts++ : own.attempt) + call.attemptsAbove;
    this.metadata = own === undefined ? call.metadataEntries() : own.metadataEntries();
    this.trace = own === undefined ? call.trace : own.trace;
    this.receiver = this;
    this.serialization = 1;
    this.body = noBody;
    this.compressor = 0;
    this.call = call;
    this.scope = scope;
    this.own = own;
    this.watcher = watcher;
    this.pick = undefined;
    this.outgoing = undefined;
    this.plain = noBody;
    this.message = undefined;
    this.isLent = false;
    this.isOver = false;
    this.resolve = undefined;
    this.reject = undefined;
    this.queue = undefined;
    this.onAbort = undefined;
    this.headShown = false;
    this.isAbandoned = false;
    this.requests = this.hasItems ? new RequestItems(call, scope.compression) : undefined;
    this.restarts = 0;
  }

  /** Sends; the promise is the one reply, or undefined once a one-way request was handed over. */
  reply(requests: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
      this.start(requests);
    });
  }

  /** Sends at once; the items are the replies. */
  items(requests: unknown): AsyncIterable<unknown> {
    this.queue = new ItemQueue<unknown>({
      consumed: (cost) => this.outgoing?.consumed(cost),
      abandoned: () => this.abandon(),
    });
    this.start(requests);
    return this.queue;
  }

  private start(requests: unknown): void {
    const { method, options } = this.call;
    const { signal } = options;
    const fault = signalFault(method, signal);
    if (fault !== undefined) return this.fail(fault);
    const room = roomFor(this.call, this.scope);
    if (room !== undefined) return this.wait(room, () => this.start(requests));
    try {
      if (this.requests === undefined) this.call.message = requests;
      const connection = this.connect();
      this.serialization = connection.serialization;
      if (this.requests === undefined) this.outgoing = this.startRequest(connection, requests);
      else this.startItems(connection, this.requests);
    } catch (error) {
      return this.fail(error);
    }
    if (signal !== undefined) this.watch(signal);
    if (this.requests !== undefined) this.send(this.requests, requests as Items<unknown>);
  }

  onResponse(body: Uint8Array, head: ReplyHead): void {
    if (head.compressor !== 0) return this.onPackedResponse(body, head);
    try {
      this.finish(this.read(body, head));
    } catch (error) {
      this.fail(error);
    }
  }

  onItem(body: Uint8Array, cost: number, head: ReplyHead): void {
    this.requests?.taken();
    if (head.compressor !== 0) return this.onPackedItem(body, cost, head);
    try {
      const item = this.read(body, head, scale);
      if (scale.isHeavy(cost)) this.pushHeavy({ item, body, cost }, head.serialization);
      else this.queue?.push(item, cost);
    } catch (error) {
      this.failItem(error);
    }
  }

  onEnd(head: ReplyHead): void {
    try {
      this.showHead(head);
      this.finish(undefined);
    } catch (error) {
      this.fail(error);
    }
  }

  onError(error: RpcError, failure: RemoteFailure | undefined): void {
    if (this.restart(error)) return;
    if (this.call.waitForReady && isUnreached(error) && this.requests?.isRepeatable !== false) {
      this.giveBack(error);
      return this.wait(this.scope.pool, () => this.startAgain());
    }
    this.fail(remoteError(this.call.method, error, failure));
  }

  /** Ends the attempt, also at the server. Without effect after the outcome. */
  cancel(error: RpcError): void {
    if (this.isOver) return;
    if (this.outgoing === undefined) this.fail(error);
    else this.outgoing.cancel(error);
  }

  /** From here on its outcome is that of the promise that is returned. @param settle gets what settles the caller's */
  divert(settle: (settleCaller: (outcome: unknown) => void) => void): Promise<unknown> {
    if (this.resolve !== undefined) settle(this.resolve);
    this.watcher = undefined;
    this.call.isPassedOn = false;
    return new Promise((resolve, reject) => Object.assign(this, { resolve, reject }));
  }

  onWritable(): void {
    this.requests?.writable();
  }

  onCredit(): void {
    this.requests?.taken();
  }

  private startItems(connection: ClientConnection, requests: RequestItems): void {
    this.outgoing = connection.startCall(this);
    requests.goTo(connection, this.outgoing);
  }

  /** @returns undefined when it is sent later */
  private startRequest(connection: ClientConnection, request: unknown): OutgoingCall | undefined {
    const { call, scope } = this;
    const { method, options } = call;
    const body = encodeRequest(scope, call, request, this.serialization);
    if (scope.compression.takes(method, body.length, connection, options.compress))
      return this.startPacking(connection, new Uint8Array(body));
    this.message = request;
    this.isLent = true;
    return this.startLent(connection, body);
  }

  /** The connection copies the body at once, or takes it over, so it need not have memory of its own (bench `calls`). */
  private startLent(connection: ClientConnection, body: Uint8Array): OutgoingCall {
    this.body = body;
    const outgoing = connection.startCall(this);
    this.body = noBody;
    return outgoing;
  }

  /** @returns undefined when compressing takes its time: it is sent afterwards */
  private startPacking(connection: ClientConnection, body: Uint8Array): OutgoingCall | undefined {
    const { method, options } = this.call;
    this.body = body;
    const packed = this.scope.compression.pack(method, body, connection.peerCompressors, options.compress);
    if (packed instanceof Promise) {
      packed.then((later) => this.startPacked(later)).catch((error: unknown) => this.fail(error));
      return undefined;
    }
    this.takePacked(packed);
    return connection.startCall(this);
  }

  private takePacked({ body, compressor }: PackedBody): void {
    if (compressor === 0) return;
    this.plain = this.body;
    this.body = body;
    this.compressor = compressor;
  }

  private startPacked(packed: PackedBody): void {
    if (this.isOver) return;
    if (this.isAbandoned) return this.leave();
    this.takePacked(packed);
    this.startAgain();
  }

  private onPackedResponse(body: Uint8Array, head: ReplyHead): void {
    // The connection has done with the call: from here on a signal ends it without a word to the server.
    this.outgoing = undefined;
    this.requests?.stop();
    try {
      const plain = unpackReply(this.scope, this.call.method, { body, number: head.compressor });
      if (!(plain instanceof Promise)) return this.finish(this.read(plain, head));
      plain.then((later) => this.finish(this.read(later, head))).catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private onPackedItem(body: Uint8Array, cost: number, head: ReplyHead): void {
    const place = { scope: this.scope, method: this.call.method };
    const item = packedItem(place, body, head.compressor, {
      read: (plain) => this.read(plain, head),
      fail: (error) => this.failItem(error),
    });
    this.queue?.push(item, cost);
  }

  /** What came cannot be read: the server need not go on. */
  private failItem(error: unknown): void {
    this.fail(error);
    this.outgoing?.cancel(RpcError.from(error));
  }

  private pushHeavy(weighed: WeighedItem<unknown>, serialization: Serialization): void {
    const { queue, call } = this;
    if (queue !== undefined) pushHeavy(queue, weighed, (kept) => decodeReply(call.method, kept, serialization));
  }

  private read(body: Uint8Array, head: ReplyHead, owner?: MemoryOwner): unknown {
    const { call } = this;
    this.showHead(head);
    call.bytesReceived += body.length;
    return decodeReply(call.method, body, head.serialization, owner);
  }

  /** Calls the caller's hook, once. What it throws is the outcome of the call. */
  private showHead(head: ReplyHead): void {
    if (this.headShown) return;
    this.headShown = true;
    this.call.showReply(head);
  }

  /** The connection to use. */
  private connect(): ClientConnection {
    const { picker } = this.scope;
    if (picker === undefined) return this.scope.connection();
    const pick = picker.pick(this.call, this.own?.wanted);
    this.pick = pick;
    if (this.own !== undefined) this.own.endpoint = pick.endpoint;
    return pick.connection;
  }

  /** The endpoint has had its part. */
  private giveBack(error: unknown): void {
    const pick = this.pick;
    if (pick === undefined) return;
    this.pick = undefined;
    const failure = error === undefined ? undefined : RpcError.from(error);
    const isSent = failure === undefined || this.outgoing !== undefined;
    const isTimed = isSent && this.queue === undefined && !this.hasItems && !this.oneway;
    this.scope.picker?.done(pick, failure, isTimed);
  }

  private finish(value: unknown): void {
    if (this.isOver) return;
    this.giveBack(undefined);
    this.leave();
    if (this.queue !== undefined) return this.queue.end();
    this.watcher?.succeeded(this.call, value, this.outgoing?.turnMs);
    this.resolve?.(value);
  }

  private fail(error: unknown): void {
    this.giveBack(error);
    this.leave();
    if (this.queue !== undefined) return this.queue.fail(error);
    const outcome = this.watcher?.failed(this.call, error);
    if (outcome === undefined) this.reject?.(error);
    else this.resolve?.(outcome);
  }

  private leave(): void {
    this.isOver = true;
    this.requests?.stop();
    if (this.hasItems || this.queue !== undefined || this.call.isPassedOn) this.call.finish();
    if (this.onAbort === undefined) return;
    this.scope.aborts.remove(this.call.options.signal as AbortSignal, this.onAbort);
    this.onAbort = undefined;
  }

  /** A request that was refused before a handler saw it goes once more, over another connection. */
  private restart(error: RpcError): boolean {
    const picker = this.own?.wanted === undefined ? this.scope.picker : undefined;
    if (!mayMoveOn({ call: this.call, picker, restarts: this.restarts }, error)) return false;
    if (this.requests?.isRepeatable === false) return false;
    this.restarts++;
    this.giveBack(error);
    this.startAgain();
    return true;
  }

  private startAgain(): void {
    // A connection that is lost during its handshake cannot say whether it brought the request to the server.
    const room = roomFor(this.call, this.scope);
    if (room !== undefined) return this.wait(room, () => this.startAgain());
    try {
      const connection = this.connect();
      if (this.isLent) this.serialization = connection.serialization;
      if (this.compressor !== 0 && !connection.peerCompressors.includes(this.compressor)) this.sendPlain();
      if (this.requests !== undefined) this.startItems(connection, this.requests);
      else if (this.isLent)
        this.outgoing = this.startLent(
          connection,
          encodeRequest(this.scope, this.call, this.message, this.serialization),
        );
      else this.outgoing = connection.startCall(this);
    } catch (error) {
      this.fail(error);
    }
  }

  private sendPlain(): void {
    this.body = this.plain;
    this.compressor = 0;
  }

  /** Nobody reads the items any more. */
  private abandon(): void {
    this.isAbandoned = true;
    this.outgoing?.cancel();
  }

  private wait(room: WaitingRoom, onReady: () => void): void {
    const { aborts, wheel } = this.scope;
    this.outgoing = undefined;
    this.requests?.wait();
    waitForConnection(
      this.call,
      { pool: room, aborts, wheel },
      {
        onReady: () => (this.isAbandoned || this.isOver ? this.leave() : onReady()),
        onGivenUp: (error) => (this.isOver ? undefined : this.fail(error)),
      },
    );
  }

  private watch(signal: AbortSignal): void {
    this.onAbort = () => this.cancel(cancelledBySignal(this.call.method, signal));
    this.scope.aborts.add(signal, this.onAbort);
  }

  private send(requests: RequestItems, items: Items<unknown>): void {
    const { method } = this.call;
    try {
      const encode = (item: unknown): Uint8Array => encodeItem(this.scope, method, item, this.serialization);
      requests.send(items, encode, (error) => this.cancel(error));
    } catch (error) {
      this.fail(error);
      this.outgoing?.cancel();
    }
  }
}
