import type { CallInfo } from "../call/context.ts";
import type { Items } from "../call/method-type.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import type { AttemptOptions, FaultMode, FaultScope, StartedAttempt } from "../governance/fault-mode.ts";
import { composeStream, composeUnary, failedItems } from "../interceptor/compose.ts";
import { unaryFromHooks } from "../interceptor/hooks.ts";
import type { ClientInterceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { AttemptCall } from "./attempt-call.ts";
import { Attempt } from "./attempt.ts";
import type { AttemptScope } from "./attempt-scope.ts";
import { type CallHome, ClientCallState } from "./client-call.ts";
import type { Picker } from "./cluster-pick.ts";
import { itemsOf, onlyRequest } from "./settle.ts";
import { waitForConnection } from "./wait.ts";

/** What attempts that somebody stands around need besides: what further calls take from their client. */
export type AttemptsScope = AttemptScope & CallHome;

/** The way of calls whose attempts somebody stands around; undefined where nobody does. */
export interface Attempts {
  readonly unary: UnaryNext | undefined;
  readonly stream: StreamNext | undefined;
  /** No interceptor minds single attempts of unary calls. */
  readonly isDirect: boolean;
  /** What a fault mode gets for one call. */
  faultScope(call: ClientCallState): FaultScope;
}

/** @param clock that of fault modes @param interceptors those at `attempt` */
export function createAttempts(
  { scope, clock }: { readonly scope: AttemptsScope; readonly clock: Environment },
  interceptors: readonly ClientInterceptor[],
  mode: FaultMode | undefined,
): Attempts {
  const unaryChain = composeUnary(interceptors.map(unaryFromHooks), sendUnary);
  const streamChain = composeStream(interceptors, (call, requests) => sendStream(attemptOf(call), scope, requests));

  function sendUnary(call: CallInfo, request: unknown): Promise<unknown> {
    try {
      const own = attemptOf(call);
      const attempt = new Attempt(own.call, scope, own);
      own.sendWith(attempt);
      const reply = attempt.reply(request);
      // Who passes it on needs no watch over the call (bench `governance`).
      own.call.outcome = reply;
      return reply;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function start(call: ClientCallState, request: unknown, options?: AttemptOptions): StartedAttempt {
    const own = new AttemptCall(call, options?.endpoint, scope.endpoint);
    const reply = (unaryChain ?? sendUnary)(own, request);
    reply.catch(() => undefined);
    return {
      reply,
      get endpoint() {
        return own.endpoint;
      },
      cancel: (error = givenUp(call)) => own.cancel(error),
    };
  }

  /** The same call once more: it takes over what was asked for, but neither the signal nor the deadline. */
  function repeated({ method, options }: ClientCallState, timeoutMs: number): ClientCallState {
    const { metadata, compress } = options;
    return new ClientCallState(method, { metadata, compress }, timeoutMs, scope);
  }

  function runUnary(call: CallInfo, request: unknown): Promise<unknown> {
    const state = callOf(call);
    if (mode === undefined) {
      return (unaryChain ?? sendUnary)(new AttemptCall(state, undefined, scope.endpoint), request);
    }
    state.message = request;
    const { picker } = scope;
    if (picker === undefined || picker.isResolved) return runMode(mode, state);
    // A mode that asks for the endpoints must not find none only because nobody has looked yet.
    return resolved(state, scope, picker).then(() => runMode(mode, state));
  }

  function runMode(mode: FaultMode, state: ClientCallState): Promise<unknown> {
    return mode.run(state, faultScope(state));
  }

  function faultScope(state: ClientCallState): FaultScope {
    const request = state.message;
    return {
      environment: clock,
      channel: scope.pool,
      start: (options) => start(state, request, options),
      repeat: (timeoutMs) => start(repeated(state, timeoutMs), request).reply,
      endpoints: () => scope.picker?.endpoints(state) ?? (scope.endpoint === undefined ? [] : [scope.endpoint]),
    };
  }

  function runStream(call: CallInfo, requests: Items<unknown>): AsyncIterable<unknown> {
    return (streamChain as StreamNext)(new AttemptCall(callOf(call), undefined, scope.endpoint), requests);
  }

  return {
    isDirect: unaryChain === undefined,
    faultScope,
    unary: mode === undefined && unaryChain === undefined ? undefined : runUnary,
    stream: streamChain === undefined ? undefined : runStream,
  };
}

/** Resolves once the instances are known, or known to be out of reach. */
function resolved(call: ClientCallState, { aborts, wheel }: AttemptScope, picker: Picker): Promise<void> {
  return new Promise((resolve, reject) => {
    waitForConnection(call, { pool: picker.resolving, aborts, wheel }, { onReady: resolve, onGivenUp: reject });
  });
}

/** One attempt of a streaming call. */
function sendStream(own: AttemptCall, scope: AttemptScope, requests: Items<unknown>): AsyncIterable<unknown> {
  try {
    const attempt = new Attempt(own.call, scope, own);
    own.sendWith(attempt);
    return streamItems(own.call, attempt, requests);
  } catch (error) {
    return failedItems(error);
  }
}

/** The items that come back, for each kind of stream. */
export function streamItems(call: ClientCallState, attempt: Attempt, requests: Items<unknown>): AsyncIterable<unknown> {
  switch (call.method.kind) {
    case "client_stream":
      return itemsOf(attempt.reply(requests));
    case "server_stream":
      return attempt.items(onlyRequest(call.method, requests));
    default:
      return attempt.items(requests);
  }
}

/** Interceptors pass the call on that they were given: there is no other way to make one. */
export function callOf(call: CallInfo): ClientCallState {
  if (call instanceof ClientCallState) return call;
  throw new TypeError("An interceptor must give next() the call that it was given.");
}

function attemptOf(call: CallInfo): AttemptCall {
  if (call instanceof AttemptCall) return call;
  throw new TypeError("An interceptor must give next() the call that it was given.");
}

/** Why an attempt of a call ends whose reply came from another one. */
export function givenUp(call: ClientCallState): RpcError {
  return new RpcError({
    reason: "cancelled_by_caller",
    message: `An attempt of ${call.method.path} was given up: another one answered.`,
  });
}
