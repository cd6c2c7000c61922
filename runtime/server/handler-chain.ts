import type { CallContext, Items, MethodType } from "../call/method-type.ts";
import type { StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { ServerCallState } from "./server-call.ts";
import type { MethodEntry } from "./service-table.ts";
import { isThenable } from "./thenable.ts";

/**
 * The handler as the last link of a chain of unary interceptors. One that forgets the promise must not turn a handler's error into an
 * unhandled rejection, which would end the process.
 */
export function unaryHandler(entry: MethodEntry): UnaryNext {
  return (call, request) => {
    let result: unknown;
    try {
      result = entry.handle(request, call as CallContext);
    } catch (error) {
      return watched(Promise.reject(error));
    }
    if (isThenable(result)) return watched(Promise.resolve(result));
    const reply = Promise.resolve(result);
    if (call instanceof ServerCallState) call.handled = { reply, result };
    return reply;
  };
}

function watched(reply: Promise<unknown>): Promise<unknown> {
  reply.catch(() => undefined);
  return reply;
}

/** The handler as the last link of a chain of stream interceptors. */
export function streamHandler(entry: MethodEntry): StreamNext {
  return (call, requests) => new HandlerItems(entry, call as CallContext, requests);
}

/** The items of a handler that has not run yet. */
export class HandlerItems implements AsyncIterable<unknown> {
  private readonly entry: MethodEntry;
  private readonly call: CallContext;
  private readonly requests: Items<unknown>;

  constructor(entry: MethodEntry, call: CallContext, requests: Items<unknown>) {
    this.entry = entry;
    this.call = call;
    this.requests = requests;
  }

  [Symbol.asyncIterator](): AsyncIterator<unknown> {
    return this.handle();
  }

  /** True when {@link HandlerItems.run} may take the place of the iteration. */
  get isDirect(): boolean {
    const { kind } = this.entry.method;
    return kind === "bidi_stream" || (kind === "server_stream" && isOne(this.requests));
  }

  /** Runs the handler; its items are given as they are, where an iteration would take several promises for each. */
  run(): unknown {
    const { kind } = this.entry.method;
    const request = kind === "server_stream" && isOne(this.requests) ? this.requests[0] : this.requests;
    return this.entry.handle(request, this.call);
  }

  private async *handle(): AsyncGenerator<unknown> {
    const { method } = this.entry;
    const request = method.kind === "server_stream" ? await onlyItem(method, this.requests) : this.requests;
    const result = this.entry.handle(request, this.call);
    if (method.kind === "client_stream") yield await result;
    else yield* (await result) as Items<unknown>;
  }
}

function isOne(requests: Items<unknown>): requests is readonly [unknown] {
  return Array.isArray(requests) && requests.length === 1;
}

/** The one request of a server stream, or the one reply of a client stream, that went through interceptors. */
export async function onlyItem(method: MethodType, items: Items<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  throw new TypeError(`An interceptor dropped the only message of ${method.path}.`);
}
