import type { ClientCall } from "../../call/context.ts";
import type { Code } from "../../errors/code.ts";
import { quietly } from "../../errors/quietly.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { AttemptWatch, FaultMode, FaultScope, StartedAttempt } from "../fault-mode.ts";
import { mayRepeat } from "../retry-safety.ts";
import type { RetryBudget, RetryBudgetOptions } from "../retry-budget.ts";
import { budgetOf } from "./shared-budget.ts";
import { waitIn } from "./wait.ts";

/** Waits between attempts. */
export interface BackoffOptions {
  /** Milliseconds before the first retry. Default: 20. */
  readonly baseMs?: number | undefined;
  /** Milliseconds that it grows to, doubling. Default: 1,000. */
  readonly maxMs?: number | undefined;
}

/** Settings of {@link failover}. What is left out comes from `@retry` of the schema, else from the defaults here. */
export interface FailoverOptions {
  /** Attempts after the first, 0 to 10. Default: `max` of the schema, else 2. */
  readonly retries?: number | undefined;
  /** Codes after which methods are repeated that may be. Default: `on` of the schema, else `unavailable`. */
  readonly on?: readonly Code[] | undefined;
  /** Default: `backoff` of the schema, else 20 ms doubling up to 1,000. Each a fifth shorter or longer; what the server asks for goes before. */
  readonly backoff?: BackoffOptions | undefined;
  /** Milliseconds after which an attempt is given up and counts as `deadline_exceeded`. Default: none but the call's own deadline. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Shared by all that makes extra attempts, or settings of one of its own. */
  readonly budget?: RetryBudget | RetryBudgetOptions | undefined;
  /** Told of each retry. What it throws is ignored. */
  readonly onRetry?: ((call: ClientCall, error: RpcError) => void) | undefined;
}

const maxRetries = 10;

/**
 * Tries again, elsewhere if there is another instance: what no handler saw always, what one may have seen only when the schema says that the method may be repeated.
 * @throws RangeError for settings that cannot work
 */
export function failover(options: FailoverOptions = {}): FaultMode {
  return retrying("failover", options, () => ({}));
}

/** Tries again on the same instance: for those that hold state, or that are known to have short hiccups. Otherwise as {@link failover}. */
export function failtry(options: FailoverOptions = {}): FaultMode {
  return retrying("failtry", options, ({ endpoint }) => (endpoint === undefined ? {} : { endpoint }));
}

/** What is known of the first attempt when it has failed. */
type First = Pick<StartedAttempt, "endpoint">;

function retrying(
  name: string,
  options: FailoverOptions,
  next: (first: First) => Parameters<FaultScope["start"]>[0],
): FaultMode {
  const { attemptTimeoutMs, onRetry, retries } = options;
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0 && retries <= maxRetries)) {
    throw new RangeError(
      `The option "retries" is ${String(retries)}; expected a whole number from 0 to ${maxRetries}.`,
    );
  }
  if (attemptTimeoutMs !== undefined && !(attemptTimeoutMs > 0)) {
    throw new RangeError(
      `The option "attemptTimeoutMs" is ${String(attemptTimeoutMs)}; expected milliseconds above 0.`,
    );
  }
  const codes = options.on === undefined ? undefined : new Set(options.on);
  const budgetIn = budgetOf(options.budget);

  const limitFor = ({ method }: ClientCall): number => retries ?? method.policy.retry?.max ?? 2;

  async function goOn(call: ClientCall, scope: FaultScope, first: First, failure: unknown): Promise<unknown> {
    let error = RpcError.from(failure);
    for (let retry = 0; retry < limitFor(call); retry++) {
      if (!mayRepeat(call, error, codes)) throw error;
      const delayMs = error.retryAfterMs ?? backoffMs(scope, call, options.backoff, retry);
      if (delayMs >= call.remainingMs || !budgetIn(scope).withdraw()) throw error;
      await waitIn(scope, call, delayMs);
      quietly(() => onRetry?.(call, error));
      try {
        return await timed(scope, call, scope.start(next(first)), attemptTimeoutMs);
      } catch (thrown) {
        error = RpcError.from(thrown);
      }
    }
    throw error;
  }

  const watch: AttemptWatch = {
    begin(_call, channel) {
      budgetIn(channel).deposit();
      return Infinity;
    },
    failed(call, scope, error) {
      const isFinal = limitFor(call) === 0 || !mayRepeat(call, RpcError.from(error), codes);
      return isFinal ? undefined : goOn(call, scope, call, error);
    },
  };

  return {
    name,
    // A limit for each attempt holds for the first one as well.
    watch: () => (attemptTimeoutMs === undefined ? watch : undefined),
    run(call, scope) {
      budgetIn(scope).deposit();
      const first = scope.start();
      return timed(scope, call, first, attemptTimeoutMs).catch((error: unknown) => goOn(call, scope, first, error));
    },
  };
}

function timed(scope: FaultScope, call: ClientCall, attempt: StartedAttempt, limitMs?: number): Promise<unknown> {
  if (limitMs === undefined || limitMs >= call.remainingMs) return attempt.reply;
  const timer = scope.environment.setTimer(limitMs, () =>
    attempt.cancel(
      // Of the attempt, not of the call: it may be tried again.
      new RpcError({
        code: 4,
        reason: "application",
        message: `An attempt of ${call.method.path} took over ${limitMs} ms.`,
      }),
    ),
  );
  return attempt.reply.finally(() => timer.cancel());
}

function backoffMs(scope: FaultScope, call: ClientCall, given: BackoffOptions | undefined, retry: number): number {
  const declared = call.method.policy.retry?.backoff;
  const baseMs = given?.baseMs ?? declared?.baseMs ?? 20;
  const maxMs = given?.maxMs ?? declared?.maxMs ?? 1_000;
  return Math.min(maxMs, baseMs * 2 ** retry) * (0.8 + 0.4 * scope.environment.random());
}
