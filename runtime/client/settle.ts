import type { Items, MethodType } from "../call/method-type.ts";
import { RpcError } from "../errors/rpc-error.ts";

/** The reply of a client stream as the one item that interceptors see. An interceptor may leave it unread, also when it fails. */
export function itemsOf(reply: Promise<unknown>): AsyncIterable<unknown> {
  reply.catch(() => undefined);
  return (async function* () {
    yield await reply;
  })();
}

/** The one reply of a client stream that went through interceptors. */
export async function onlyItem(method: MethodType, items: AsyncIterable<unknown>): Promise<unknown> {
  for await (const item of items) return item;
  throw new RpcError({ reason: "protocol_violated", message: `${method.path} ended without a reply.` });
}

/** The one request of a server stream that went through interceptors. */
export function onlyRequest(method: MethodType, requests: Items<unknown>): unknown {
  if (Symbol.iterator in requests) for (const request of requests) return request;
  throw new TypeError(`An interceptor must give next() one request for ${method.path}, in an array.`);
}
