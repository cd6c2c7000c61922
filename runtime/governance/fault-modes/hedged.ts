import type { ClientCall } from "../../call/context.ts";
import type { MethodType } from "../../call/method-type.ts";
import { PerMethod } from "../../call/per-method.ts";
import type { Timer } from "../../environment/environment.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { AttemptWatch, ChannelScope, FaultMode, FaultScope, StartedAttempt } from "../fault-mode.ts";
import { isInRetriedChain, isRepeatable, mayRepeat } from "../retry-safety.ts";
import type { RetryBudget, RetryBudgetOptions } from "../retry-budget.ts";
import { LatencyQuantile } from "./latency-quantile.ts";
import { budgetOf, perChannel } from "./shared-budget.ts";

/** Settings of {@link hedged}. */
export interface HedgeOptions {
  /** Milliseconds until the next attempt is made. Default: `delay` of `@hedge` in the schema, else what 95 % of the calls of the method take. */
  readonly delayMs?: number | undefined;
  /** Which share of the calls the delay is to be enough for, when it is measured: 0.5 to 0.999. Default: 0.95. */
  readonly quantile?: number | undefined;
  /** Attempts besides the first, 1 to 3. Default: `max` of `@hedge`, else 1. */
  readonly max?: number | undefined;
  /** Extra attempts per call over all calls of a channel, 0 to 1. Default: 0.05. */
  readonly maxExtraLoad?: number | undefined;
  readonly budget?: RetryBudget | RetryBudgetOptions | undefined;
}

const leastDelayMs = 1;
/** Extra attempts that may be saved up. */
const maxSaved = 10;

/**
 * Makes a second attempt elsewhere when the first takes longer than nearly all do, and takes the reply that comes first; the others are cancelled. Only for methods that may be
 * repeated: others are as with failover, without a repetition.
 *
 * Source of the defaults: BackupRequestFilter of Finagle; that an attempt which fails brings the next one at once: gRPC A6.
 * @throws RangeError for settings that cannot work
 */
export function hedged(options: HedgeOptions = {}): FaultMode {
  const { delayMs, quantile = 0.95, max, maxExtraLoad = 0.05 } = options;
  if (!(quantile >= 0.5 && quantile <= 0.999)) {
    throw new RangeError(`The option "quantile" is ${String(quantile)}; expected 0.5 to 0.999.`);
  }
  if (max !== undefined && !(Number.isInteger(max) && max >= 1 && max <= 3)) {
    throw new RangeError(`The option "max" is ${String(max)}; expected 1 to 3.`);
  }
  if (!(maxExtraLoad >= 0 && maxExtraLoad <= 1)) {
    throw new RangeError(`The option "maxExtraLoad" is ${String(maxExtraLoad)}; expected 0 to 1.`);
  }
  const budgetIn = budgetOf(options.budget);
  /** Otherwise nobody asks what calls take. */
  const measures = delayMs === undefined;
  const latencies = new Map<string, LatencyQuantile>();
  const latencyOf = new PerMethod(({ path }) => latencyAt(path));
  /** Of each channel its own, as its budget is: one that is busy must not pay for the hedges of another. */
  const allowanceIn = perChannel(() => ({ saved: 1 }));

  /** A method that gets another policy takes as long as before. */
  function latencyAt(path: string): LatencyQuantile {
    let latency = latencies.get(path);
    if (latency === undefined) latencies.set(path, (latency = new LatencyQuantile(quantile)));
    return latency;
  }

  /** Undefined: nothing is known yet. */
  function delayFor(method: MethodType, nowMs: number): number | undefined {
    const known = delayMs ?? method.policy.hedge?.delayMs ?? latencyOf.of(method).value(nowMs);
    return known === undefined ? undefined : Math.max(leastDelayMs, known);
  }

  function limitFor(call: ClientCall): number {
    const { method } = call;
    return !isRepeatable(method) || isInRetriedChain(call) ? 0 : (max ?? method.policy.hedge?.max ?? 1);
  }

  function raceOptions(call: ClientCall, scope: FaultScope, delay: number | undefined): RaceOptions {
    return { limit: limitFor(call), delay, mayStart: () => mayStartAnother(scope) };
  }

  function deposit(channel: ChannelScope): void {
    budgetIn(channel).deposit();
    const allowance = allowanceIn(channel);
    allowance.saved = Math.min(maxSaved, allowance.saved + maxExtraLoad);
  }

  function learn(call: ClientCall, { environment }: ChannelScope): void {
    if (measures) latencyOf.of(call.method).add(environment.now() - call.startedMs, call.startedMs);
  }

  /** A race begins when the first attempt is late, or has failed: most calls never get there. */
  const watch: AttemptWatch = {
    begin(call, channel) {
      deposit(channel);
      return limitFor(call) === 0 ? Infinity : (delayFor(call.method, call.startedMs) ?? Infinity);
    },
    succeeded: learn,
    failed(call, scope, error) {
      if (limitFor(call) === 0 || !isWorthIt(call, RpcError.from(error)) || !mayStartAnother(scope)) return undefined;
      const options = raceOptions(call, scope, delayFor(call.method, call.startedMs));
      return learning(call, scope, new Race(call, scope, { ...options, limit: options.limit - 1 }).reply);
    },
    late(call, scope, first) {
      if (!mayStartAnother(scope)) return undefined;
      const options = raceOptions(call, scope, delayFor(call.method, call.startedMs));
      return learning(call, scope, new Race(call, scope, options, first()).reply);
    },
  };

  function learning(call: ClientCall, channel: ChannelScope, reply: Promise<unknown>): Promise<unknown> {
    void reply.then(
      () => learn(call, channel),
      () => undefined,
    );
    return reply;
  }

  function mayStartAnother(scope: FaultScope): boolean {
    const allowance = allowanceIn(scope);
    if (allowance.saved < 1 || !budgetIn(scope).withdraw()) return false;
    allowance.saved--;
    return true;
  }

  return {
    name: "hedged",
    watch: () => watch,
    run(call, scope) {
      deposit(scope);
      const options = raceOptions(call, scope, delayFor(call.method, scope.environment.now()));
      return learning(call, scope, options.limit === 0 ? scope.start().reply : new Race(call, scope, options).reply);
    },
  };
}

/** Whether an attempt that failed brings the next one. */
function isWorthIt(call: ClientCall, error: RpcError): boolean {
  return mayRepeat(call, error) && (error.retryAfterMs ?? 0) === 0;
}

interface RaceOptions {
  readonly limit: number;
  /** Undefined: the next attempt is made only when one fails. */
  readonly delay: number | undefined;
  mayStart(): boolean;
}

/** Attempts of one call, of which the first reply counts. */
class Race {
  readonly reply: Promise<unknown>;
  private readonly call: ClientCall;
  private readonly scope: FaultScope;
  private readonly options: RaceOptions;
  private readonly running: Set<StartedAttempt>;
  private started: number;
  private timer: Timer | undefined;
  private isOver: boolean;
  private resolve: (value: unknown) => void;
  private reject: (error: unknown) => void;

  /** @param first that runs already, and is late */
  constructor(call: ClientCall, scope: FaultScope, options: RaceOptions, first?: StartedAttempt) {
    this.call = call;
    this.scope = scope;
    this.options = options;
    this.running = new Set();
    this.started = 0;
    this.timer = undefined;
    this.isOver = false;
    this.resolve = () => undefined;
    this.reject = () => undefined;
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    if (first !== undefined) this.run(first);
    this.start();
  }

  private start(): void {
    this.run(this.scope.start());
    this.arm();
  }

  private run(attempt: StartedAttempt): void {
    this.started++;
    this.running.add(attempt);
    attempt.reply.then(
      (value) => this.win(attempt, value),
      (error: unknown) => this.lose(attempt, error),
    );
  }

  private arm(): void {
    const { delay, limit } = this.options;
    this.timer?.cancel();
    if (delay === undefined || this.started > limit) return;
    this.timer = this.scope.environment.setTimer(delay, () => {
      if (this.isOver) return;
      // The budget fills with every call that is made: a call that goes on waiting asks again.
      if (this.options.mayStart()) this.start();
      else this.arm();
    });
  }

  private win(winner: StartedAttempt, value: unknown): void {
    if (this.isOver) return;
    this.end();
    this.running.delete(winner);
    for (const attempt of this.running) attempt.cancel();
    this.resolve(value);
  }

  private lose(attempt: StartedAttempt, thrown: unknown): void {
    this.running.delete(attempt);
    if (this.isOver) return;
    const error = RpcError.from(thrown);
    if (isWorthIt(this.call, error) && this.started <= this.options.limit && this.options.mayStart())
      return this.start();
    if (this.running.size > 0) return;
    this.end();
    this.reject(error);
  }

  private end(): void {
    this.isOver = true;
    this.timer?.cancel();
  }
}
