import type { CallInfo } from "../call/context.ts";
import type { TimerWheel, WheelEntry } from "../environment/timer-wheel.ts";
import type { AttemptWatch, ChannelScope, FaultMode, FaultScope } from "../governance/fault-mode.ts";
import type { HookClock } from "../interceptor/hook-clock.ts";
import { HookChain } from "../interceptor/hooks.ts";
import type { ClientInterceptor, UnaryNext } from "../interceptor/interceptor.ts";
import { Attempt } from "./attempt.ts";
import type { AttemptScope, AttemptWatcher } from "./attempt-scope.ts";
import { callOf, givenUp } from "./attempts.ts";
import type { ClientCallState } from "./client-call.ts";
import { type GuardScope, guarded } from "./guard.ts";

/** What stands around the first attempt of a call. */
export interface WatchedOptions {
  readonly scope: AttemptScope & GuardScope;
  /** With hooks, outermost first. */
  readonly hooks: readonly ClientInterceptor[];
  readonly mode: FaultMode | undefined;
  /** The same for all calls. */
  readonly channel: ChannelScope;
  /** That of the hooks and the mode. */
  readonly clock: HookClock;
  /** No function stands around the hooks: they are called when the call begins. */
  readonly isOutermost: boolean;
  /** What a mode gets for one call. */
  faultScope(call: ClientCallState): FaultScope;
  /** The way of calls whose mode has to be run from the start, or around whose attempts interceptors stand; undefined: there are none. */
  readonly otherwise: UnaryNext | undefined;
  /** No interceptor stands around attempts. */
  readonly isDirect: boolean;
}

/** The way of unary calls through hooks to a first attempt that tells of its outcome; made for a channel, not for a call. */
export class Watched implements AttemptWatcher {
  readonly options: WatchedOptions;
  private readonly chain: HookChain;
  private failureWatcher: FailureWatcher | undefined;

  constructor(options: WatchedOptions) {
    this.options = options;
    this.chain = new HookChain(options.hooks);
    this.failureWatcher = undefined;
  }

  send(info: CallInfo, request: unknown): Promise<unknown> {
    const call = callOf(info);
    call.message = request;
    const { chain, options } = this;
    const { mode, channel, clock, scope, otherwise, isDirect } = options;
    let watcher: AttemptWatcher | undefined;
    clock.hold(options.isOutermost ? call.startedMs : undefined);
    try {
      const refused = chain.enter(call, request);
      if (refused !== undefined) return refused;
      const watch = isDirect ? mode?.watch?.(call.method, channel) : undefined;
      watcher = watch === undefined ? undefined : this.watcherWith(call, watch);
    } finally {
      clock.release();
    }
    if (watcher === undefined && otherwise !== undefined) {
      return chain.after(call, request, { reply: otherwise(call, request) });
    }
    const attempt = new Attempt(call, scope, undefined, watcher ?? this);
    if (watcher instanceof LateWatcher) watcher.start(attempt);
    const reply = attempt.reply(request);
    // Who passes it on needs no watch over the call (bench `governance`).
    call.outcome = reply;
    return reply;
  }

  succeeded(call: ClientCallState, reply: unknown, nowMs: number | undefined, watch?: AttemptWatch): void {
    const { channel, clock } = this.options;
    clock.hold(nowMs);
    try {
      watch?.succeeded?.(call, channel);
      this.chain.succeeded(call, reply);
    } finally {
      clock.release();
    }
  }

  failed(call: ClientCallState, error: unknown, watch?: AttemptWatch): Promise<unknown> | undefined {
    const outcome = watch?.failed(call, this.options.faultScope(call), error);
    if (outcome !== undefined) return this.after(call, outcome);
    const instead = this.chain.failed(call, call.message, { error });
    return instead === undefined ? undefined : guarded(call, instead, this.options.scope);
  }

  /** The outcome of a call whose first attempt no longer decides, and so no longer watches over deadline and signal. */
  after(call: ClientCallState, outcome: Promise<unknown>): Promise<unknown> {
    call.isPassedOn = false;
    return this.chain.after(call, call.message, { reply: guarded(call, outcome, this.options.scope) });
  }

  private watcherWith(call: ClientCallState, watch: AttemptWatch): AttemptWatcher {
    const afterMs = watch.begin(call, this.options.channel);
    if (afterMs === Infinity && watch.succeeded === undefined) return this.failureWatcherWith(watch);
    return new LateWatcher(this, watch, { call, afterMs });
  }

  /** It keeps nothing of a call, and most modes have one watch for all calls. */
  private failureWatcherWith(watch: AttemptWatch): FailureWatcher {
    if (this.failureWatcher?.watch !== watch) this.failureWatcher = new FailureWatcher(this, watch);
    return this.failureWatcher;
  }
}

/** For modes that act on failures only. */
class FailureWatcher implements AttemptWatcher {
  readonly watch: AttemptWatch;
  private readonly around: Watched;

  constructor(around: Watched, watch: AttemptWatch) {
    this.around = around;
    this.watch = watch;
  }

  succeeded(call: ClientCallState, reply: unknown, nowMs: number | undefined): void {
    this.around.succeeded(call, reply, nowMs);
  }

  failed(call: ClientCallState, error: unknown): Promise<unknown> | undefined {
    return this.around.failed(call, error, this.watch);
  }
}

/** For modes that act when a first attempt takes long: a place on the wheel, no timer of its own. */
class LateWatcher implements AttemptWatcher, WheelEntry {
  deadlineMs: number;
  wheelNext: WheelEntry | undefined;
  wheelPrevious: WheelEntry | undefined;
  wheelBucket: number;
  private readonly around: Watched;
  private readonly watch: AttemptWatch;
  private readonly call: ClientCallState;
  private readonly afterMs: number;
  private attempt: Attempt | undefined;

  constructor(
    around: Watched,
    watch: AttemptWatch,
    { call, afterMs }: { readonly call: ClientCallState; readonly afterMs: number },
  ) {
    this.deadlineMs = call.startedMs + afterMs;
    this.wheelNext = undefined;
    this.wheelPrevious = undefined;
    this.wheelBucket = -1;
    this.around = around;
    this.watch = watch;
    this.call = call;
    this.afterMs = afterMs;
    this.attempt = undefined;
  }

  start(attempt: Attempt): void {
    this.attempt = attempt;
    this.wheel.add(this);
  }

  succeeded(call: ClientCallState, reply: unknown, nowMs: number | undefined): void {
    this.wheel.remove(this);
    this.around.succeeded(call, reply, nowMs, this.watch);
  }

  failed(call: ClientCallState, error: unknown): Promise<unknown> | undefined {
    this.wheel.remove(this);
    return this.around.failed(call, error, this.watch);
  }

  onDeadline(): void {
    const { attempt, around, call } = this;
    if (attempt === undefined) return;
    let settle: ((outcome: Promise<unknown>) => void) | undefined;
    const outcome = this.watch.late?.(call, around.options.faultScope(call), () => {
      const reply = attempt.divert((settleCaller) => (settle = settleCaller));
      const cancel = (error = givenUp(call)): void => attempt.cancel(error);
      return { reply, endpoint: call.endpoint, cancel };
    });
    if (outcome !== undefined) return settle?.(around.after(call, outcome));
    this.deadlineMs = call.nowMs + this.afterMs;
    this.wheel.add(this);
  }

  private get wheel(): TimerWheel {
    return this.around.options.scope.wheel;
  }
}
