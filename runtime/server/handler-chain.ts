import type { CallContext, Items, MethodType } from "../call/method-type.ts";
import type { StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import type { MethodEntry } from "./service-table.ts";

/**
 * The handler as the last link of a chain of unary interceptors. One that forgets the promise must not turn a handler's error into an
 * unhandled rejection, which would end the process.
 */
export function unaryHandler(entry: MethodEntry): UnaryNext {
  return (call, request) => {
    const reply = settled(() => entry.handle(request, call as CallContext));
    reply.catch(() => undefined);
    return reply;
  };
}

function settled(action: () => unknown): Promise<unknown> {
  try {
    return Promise.resolve(action());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The handler as the last link of a chain of stream interceptors. */
export function streamHandler(entry: MethodEntry): StreamNext {
  const { method } = entry;
  return async function* handle(call, requests) {
    const request = method.kind === "server_stream" ? await onlyItem(method, requests) : requests;
    const result = entry.handle(request, call as CallContext);
    if (method.kind === "client_stream") yield await result;
    else yield* (await result) as Items<unknown>;
  };
}

/** The one request of a server stream, or the one reply of a client stream, that went through interceptors. */
export async function onlyItem(method: MethodType, items: Items<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  throw new TypeError(`An interceptor dropped the only message of ${method.path}.`);
}
