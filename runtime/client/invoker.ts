import type { CallInfo } from "../call/context.ts";
import { checkTimeout } from "../call/deadline.ts";
import type { CallOptions, Invoker, Items, MethodType } from "../call/method-type.ts";
import type { Environment } from "../environment/environment.ts";
import { composeStream, composeUnary, failedItems } from "../interceptor/compose.ts";
import { Attempt, type AttemptScope } from "./attempt.ts";
import type { CheckedDefaults } from "./channel-options.ts";
import { ClientCallState } from "./client-call.ts";
import { type GuardScope, guarded, guardedItems } from "./guard.ts";
import { itemsOf, onlyItem, onlyRequest } from "./settle.ts";

/** What stubs call, for one channel and one set of defaults. Promises are passed on, never wrapped, unless interceptors stand between. */
export function createInvoker(
  scope: AttemptScope & GuardScope,
  defaults: CheckedDefaults,
  environment: Environment,
): Invoker {
  const { interceptors } = defaults;
  const home = { environment, waitForReady: defaults.waitForReady };
  const unaryChain = composeUnary(interceptors, sendUnary);
  const streamChain = composeStream(interceptors, sendStream);

  function sendUnary(call: CallInfo, request: unknown): Promise<unknown> {
    const state = stateOf(call);
    const reply = new Attempt(state, scope).reply(request);
    state.outcome = reply;
    return reply;
  }

  function sendStream(call: CallInfo, requests: Items<unknown>): AsyncIterable<unknown> {
    const state = stateOf(call);
    const attempt = new Attempt(state, scope);
    const { method } = state;
    if (method.kind === "client_stream") return itemsOf(attempt.reply(requests));
    const items = attempt.items(method.kind === "server_stream" ? onlyRequest(method, requests) : requests);
    state.outcome = items;
    return items;
  }

  function newCall(method: MethodType, options: CallOptions | undefined): ClientCallState {
    const byDefault = method.kind === "unary" ? defaults.timeoutMs : defaults.streamTimeoutMs;
    const timeoutMs = checkTimeout(options?.timeoutMs ?? method.policy.timeoutMs ?? byDefault);
    return new ClientCallState(method, options, timeoutMs, home);
  }

  function unary(method: MethodType, request: unknown, options: CallOptions | undefined): Promise<unknown> {
    try {
      const call = newCall(method, options);
      if (unaryChain === undefined) return new Attempt(call, scope).reply(request);
      const reply = unaryChain(call, request);
      return call.passesOn(reply) ? reply : guarded(call, reply, scope);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function clientStream(
    method: MethodType,
    requests: Items<unknown>,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    try {
      const call = newCall(method, options);
      if (streamChain !== undefined) return guarded(call, onlyItem(method, streamChain(call, requests)), scope);
      return new Attempt(call, scope).reply(requests);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `requests` is the one request of a server stream, or the items of a bidirectional one. */
  function items(method: MethodType, requests: unknown, options: CallOptions | undefined): AsyncIterable<unknown> {
    try {
      const call = newCall(method, options);
      if (streamChain === undefined) return new Attempt(call, scope).items(requests);
      const sent = method.kind === "server_stream" ? [requests] : (requests as Items<unknown>);
      const items = streamChain(call, sent);
      return call.passesOn(items) ? items : guardedItems(call, items, scope);
    } catch (error) {
      return failedItems(error);
    }
  }

  // The generated stubs know the types; in here messages are unknown.
  return { unary, oneway: unary, serverStream: items, clientStream, bidiStream: items } as Invoker;
}

/** Interceptors pass the call on that they were given: there is no other way to make one. */
function stateOf(call: CallInfo): ClientCallState {
  if (call instanceof ClientCallState) return call;
  throw new TypeError("An interceptor must give next() the call that it was given.");
}
