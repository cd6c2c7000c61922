import { remainingFrom } from "../call/deadline.ts";
import { type ItemPump, pumpItems } from "../call/item-pump.ts";
import { ItemQueue } from "../call/item-queue.ts";
import { checkEntry, lazyMetadata, type MetadataEntry } from "../call/metadata.ts";
import type { CallContext, Items, Metadata, MethodType } from "../call/method-type.ts";
import type { Slot } from "../call/slot.ts";
import { decodeBody, encodeBody } from "../codec/body.ts";
import type { IncomingCall, RequestReceiver } from "../connection/connection.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { violationError } from "../errors/violation-error.ts";
import { failureFromThrown, hiddenFailure } from "./failure.ts";

/** What a call needs of its server. */
export interface CallScope {
  readonly environment: Environment;
  /** Reports an error that the caller does not see, and returns the id under which it was reported. */
  report(error: unknown, call: ServerCallState, answered: boolean): string;
  /** The handler has settled: once per call. */
  settled(): void;
}

/**
 * One call at the server: the handler's context, and the receiver of what the client still sends.
 *
 * running -> answered (reply, end or failure was sent) -> settled; running -> cancelled (by the client, its deadline or a lost
 * connection) -> settled. Settled means that the handler has come to its end; until then the call counts.
 */
export class ServerCallState implements CallContext, RequestReceiver {
  readonly method: MethodType;
  readonly peer: string;
  readonly #incoming: IncomingCall;
  readonly #scope: CallScope;
  #state: "running" | "answered" | "cancelled" | "settled";
  #metadata: Metadata | undefined;
  #replyMetadata: MetadataEntry[] | undefined;
  #begun: boolean;
  #slots: Map<unknown, unknown> | undefined;
  #controller: AbortController | undefined;
  #cancelReason: RpcError | undefined;
  #requests: ItemQueue<unknown> | undefined;
  #pump: ItemPump | undefined;

  constructor(method: MethodType, peer: string, incoming: IncomingCall, scope: CallScope) {
    this.method = method;
    this.peer = peer;
    this.#incoming = incoming;
    this.#scope = scope;
    this.#state = "running";
    this.#metadata = undefined;
    this.#replyMetadata = undefined;
    this.#begun = false;
    this.#slots = undefined;
    this.#controller = undefined;
    this.#cancelReason = undefined;
    this.#requests = undefined;
    this.#pump = undefined;
  }

  get metadata(): Metadata {
    return (this.#metadata ??= lazyMetadata(() => this.#incoming.metadata()));
  }

  get attempt(): number {
    return this.#incoming.attempt;
  }

  get remainingMs(): number {
    return remainingFrom(this.#incoming.deadlineMs, this.#scope.environment.now());
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#cancelReason !== undefined) this.#controller.abort(this.#cancelReason);
    }
    return this.#controller.signal;
  }

  get<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.get(slot) as T | undefined;
  }

  set<T>(slot: Slot<T>, value: T): void {
    (this.#slots ??= new Map()).set(slot, value);
  }

  setResponseMetadata(key: string, value: string): void {
    if (this.#begun)
      throw new TypeError("The reply has begun: its metadata has been sent. Set it before the first item.");
    checkEntry(key, value);
    (this.#replyMetadata ??= []).push([key, value]);
  }

  /** True while an answer can still reach the caller. */
  get running(): boolean {
    return this.#state === "running" && this.#incoming.open;
  }

  /** The message in a body, checked against its constraints. @throws RpcError `invalid_argument` */
  read(body: Uint8Array): unknown {
    const { method } = this;
    const { maxMessageBytes } = method.policy;
    if (maxMessageBytes !== undefined && body.length > maxMessageBytes)
      throw tooLarge(method, body.length, maxMessageBytes);
    const message = decodeBody(method.request, body, this.#incoming.serialization);
    const violations = method.request.validate(message);
    if (violations.length > 0) throw violationError(`The request of ${method.path}`, violations);
    return message;
  }

  /** The items that the client sends. Called once, before the first of them can arrive. */
  openRequests(): AsyncIterable<unknown> {
    this.#requests = new ItemQueue<unknown>({
      consumed: (cost) => this.#incoming.consumed(cost),
      abandoned: () => undefined,
    });
    return this.#requests;
  }

  onItem(body: Uint8Array, cost: number): void {
    try {
      this.#requests?.push(this.read(body), cost);
    } catch (error) {
      const refusal = RpcError.from(error);
      this.refuse(refusal);
      this.#abandon(refusal);
    }
  }

  onItemsEnd(): void {
    this.#requests?.end();
  }

  onCancel(error: RpcError): void {
    if (this.#state === "running") this.#state = "cancelled";
    this.#abandon(error);
  }

  onWritable(): void {
    this.#pump?.writable();
  }

  /** Answers with the handler's result. The call is over. */
  reply(result: unknown): void {
    if (this.running && !this.method.oneway) {
      try {
        const body = encodeBody(this.method.response, result, this.#incoming.serialization);
        this.#begun = true;
        this.#incoming.respond(body, this.#replyMetadata);
        this.#answered();
      } catch (error) {
        this.#failWith(error);
      }
    }
    this.settle();
  }

  /** Sends the items of a handler, then ends. */
  replyItems(items: Items<unknown>): void {
    const { response } = this.method;
    const format = this.#incoming.serialization;
    try {
      this.#pump = pumpItems(items, {
        send: (item) => {
          const body = encodeBody(response, item, format);
          const metadata = this.#begun ? undefined : this.#replyMetadata;
          this.#begun = true;
          return this.#incoming.sendItem(body, metadata);
        },
        end: () => this.#endItems(),
        fail: (error) => this.#failWith(error),
      });
    } catch (error) {
      return this.fail(error);
    }
    if (!this.running) this.#pump.stop();
    void this.#pump.done.then(() => this.settle());
  }

  /** Answers with what a handler or interceptor threw. The call is over. */
  fail(error: unknown): void {
    this.#failWith(error);
    this.settle();
  }

  /** Answers with an error of the runtime, which the caller sees as it is. The handler may still run. */
  refuse(error: RpcError): void {
    if (!this.running) return;
    if (this.method.oneway) this.#scope.report(error, this, false);
    else this.#incoming.fail({ error });
    this.#answered();
  }

  /** The handler has come to its end. */
  settle(): void {
    if (this.#state === "settled") return;
    this.#state = "settled";
    void this.#requests?.return();
    this.#incoming.settle();
    this.#scope.settled();
  }

  #endItems(): void {
    if (!this.running) return;
    this.#incoming.end(this.#begun ? undefined : this.#replyMetadata);
    this.#begun = true;
    this.#answered();
  }

  /** A caller that has gone needs no answer, and what its handler then throws is no news. */
  #failWith(error: unknown): void {
    if (!this.running) return;
    const { method } = this;
    if (method.oneway) {
      this.#scope.report(error, this, false);
    } else {
      this.#incoming.fail(this.#failureFor(error));
    }
    this.#answered();
  }

  #failureFor(error: unknown): ReturnType<typeof hiddenFailure> {
    try {
      const failure = failureFromThrown(this.method, error, this.#incoming.serialization);
      if (failure !== undefined) return failure;
    } catch (fault) {
      return hiddenFailure(this.#scope.report(fault, this, true));
    }
    return hiddenFailure(this.#scope.report(error, this, true));
  }

  #answered(): void {
    this.#begun = true;
    if (this.#state === "running") this.#state = "answered";
  }

  /** Nobody waits for the answer: the handler is told, its streams are closed. */
  #abandon(error: RpcError): void {
    this.#cancelReason = error;
    this.#controller?.abort(error);
    this.#requests?.fail(error);
    this.#pump?.stop();
  }
}

function tooLarge(method: MethodType, found: number, limit: number): RpcError {
  return new RpcError({
    reason: "limit_exceeded",
    message: `A message of ${method.path} has ${found} bytes; the schema allows ${limit}.`,
  });
}
