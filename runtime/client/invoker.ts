import type { CallInfo } from "../call/context.ts";
import { checkTimeout } from "../call/deadline.ts";
import type { CallOptions, Invoker, Items, MethodType } from "../call/method-type.ts";
import type { HookClock } from "../interceptor/hook-clock.ts";
import { hasHooks, unaryFromHooks } from "../interceptor/hooks.ts";
import type { ClientInterceptor, UnaryNext } from "../interceptor/interceptor.ts";
import { composeStream, composeUnary, failedItems } from "../interceptor/compose.ts";
import { Attempt } from "./attempt.ts";
import { type AttemptsScope, callOf, createAttempts, streamItems } from "./attempts.ts";
import type { CheckedDefaults } from "./channel-options.ts";
import { ClientCallState } from "./client-call.ts";
import { type GuardScope, guarded, guardedItems } from "./guard.ts";
import { onlyItem } from "./settle.ts";
import { Watched } from "./watched.ts";

/** What stubs call, for one channel and one set of defaults. Promises are passed on, never wrapped, unless interceptors stand between. */
export function createInvoker(scope: AttemptsScope & GuardScope, defaults: CheckedDefaults, clock: HookClock): Invoker {
  const { configuration, interceptors, faultMode, waitForReady } = defaults;
  const { environment } = clock;
  const home = { environment, waitForReady, endpoint: scope.endpoint };
  const attempts = createAttempts({ scope, home, clock }, interceptors.filter(isAtAttempt), faultMode);
  const around = interceptors.filter((interceptor) => !isAtAttempt(interceptor));
  const unaryChain = composeAround(around, (hooks, isOutermost) => {
    if (hooks.length === 0 && (attempts.unary === undefined || faultMode?.watch === undefined)) return attempts.unary;
    const channel = { environment: clock, channel: scope.pool };
    const { isDirect, faultScope, unary: otherwise } = attempts;
    const mode = faultMode;
    const watched = new Watched({
      scope,
      hooks,
      mode,
      channel,
      clock,
      isOutermost,
      faultScope,
      otherwise,
      isDirect,
    });
    return (call, request) => watched.send(call, request);
  });

  /** Hooks that no function stands inside of are the attempt's to call; undefined when there is nothing around calls. */
  function composeAround(
    around: readonly ClientInterceptor[],
    innermost: (hooks: readonly ClientInterceptor[], isOutermost: boolean) => UnaryNext | undefined,
  ): UnaryNext | undefined {
    const outer = around.findLastIndex(({ unary }) => unary !== undefined) + 1;
    const last = innermost(around.slice(outer).filter(hasHooks), outer === 0);
    return composeUnary(around.slice(0, outer).map(unaryFromHooks), last ?? sendUnary) ?? last;
  }

  const streamChain = composeStream(around, attempts.stream ?? sendStream) ?? attempts.stream;

  function sendUnary(call: CallInfo, request: unknown): Promise<unknown> {
    const state = callOf(call);
    const reply = new Attempt(state, scope).reply(request);
    state.outcome = reply;
    return reply;
  }

  function sendStream(call: CallInfo, requests: Items<unknown>): AsyncIterable<unknown> {
    const state = callOf(call);
    const items = streamItems(state, new Attempt(state, scope), requests);
    if (state.method.kind !== "client_stream") state.outcome = items;
    return items;
  }

  function newCall(called: MethodType, options: CallOptions | undefined): ClientCallState {
    const method = configuration === undefined ? called : configuration.of(called);
    const byDefault = method.kind === "unary" ? defaults.timeoutMs : defaults.streamTimeoutMs;
    const timeoutMs = checkTimeout(options?.timeoutMs ?? method.policy.timeoutMs ?? byDefault);
    if (options?.parent === undefined) return new ClientCallState(method, options, timeoutMs, home);
    const { parent } = options;
    return new ClientCallState(method, belowParent(options, parent), Math.min(timeoutMs, parent.remainingMs), home);
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

function isAtAttempt({ at }: ClientInterceptor): boolean {
  return at === "attempt";
}

/** What ends the parent ends the call. */
function belowParent(options: CallOptions, { signal }: CallInfo): CallOptions {
  return { ...options, signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]) };
}
