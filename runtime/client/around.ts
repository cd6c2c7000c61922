import type { CallInfo } from "../call/context.ts";
import type { Items } from "../call/method-type.ts";
import type { HookClock } from "../interceptor/hook-clock.ts";
import { composeStream, composeUnary } from "../interceptor/compose.ts";
import { hasHooks, unaryFromHooks } from "../interceptor/hooks.ts";
import type { ClientInterceptor, StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { Attempt } from "./attempt.ts";
import { type AttemptsScope, callOf, createAttempts, streamItems } from "./attempts.ts";
import type { CheckedDefaults } from "./channel-options.ts";
import type { GuardScope } from "./guard.ts";
import { Watched } from "./watched.ts";

/** The ways of calls that somebody stands around; undefined where nobody does. */
export interface Around {
  readonly unary: UnaryNext | undefined;
  readonly stream: StreamNext | undefined;
}

/** For clients without interceptors and fault mode, which are most: nothing is made for them. */
export const nobodyAround: Around = Object.freeze({ unary: undefined, stream: undefined });

/** Sets up interceptors and fault mode for one channel and one set of defaults. */
export function createAround(
  scope: AttemptsScope & GuardScope,
  { interceptors, faultMode: mode }: CheckedDefaults,
  clock: HookClock,
): Around {
  const attempts = createAttempts({ scope, clock }, interceptors.filter(isAtAttempt), mode);
  const around = interceptors.filter((interceptor) => !isAtAttempt(interceptor));

  function innermost(hooks: readonly ClientInterceptor[], isOutermost: boolean): UnaryNext | undefined {
    if (hooks.length === 0 && (attempts.unary === undefined || mode?.watch === undefined)) return attempts.unary;
    const channel = { environment: clock, channel: scope.pool };
    const { isDirect, faultScope, unary: otherwise } = attempts;
    const watched = new Watched({ scope, hooks, mode, channel, clock, isOutermost, faultScope, otherwise, isDirect });
    return (call, request) => watched.send(call, request);
  }

  /** Hooks that no function stands inside of are the attempt's to call. */
  function unaryAround(): UnaryNext | undefined {
    const outer = around.findLastIndex(({ unary }) => unary !== undefined) + 1;
    const last = innermost(around.slice(outer).filter(hasHooks), outer === 0);
    return composeUnary(around.slice(0, outer).map(unaryFromHooks), last ?? sendUnary) ?? last;
  }

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

  return { unary: unaryAround(), stream: composeStream(around, attempts.stream ?? sendStream) ?? attempts.stream };
}

function isAtAttempt({ at }: ClientInterceptor): boolean {
  return at === "attempt";
}
