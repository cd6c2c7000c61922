import { RpcError } from "../../errors/rpc-error.ts";
import type { FaultMode, FaultScope, StartedAttempt } from "../fault-mode.ts";
import { isInRetriedChain, isRepeatable } from "../retry-safety.ts";
import type { RetryBudget, RetryBudgetOptions } from "../retry-budget.ts";
import { budgetOf } from "./shared-budget.ts";

/** Settings of {@link forking}. */
export interface ForkingOptions {
  /** Attempts at once, 2 to 10. Default: 2. */
  readonly forks?: number | undefined;
  readonly budget?: RetryBudget | RetryBudgetOptions | undefined;
}

/**
 * Asks several instances at once and takes the first reply: the least latency for the most load. Only for methods that may be repeated; others have one
 * attempt. Fails when all have failed, with the last error.
 *
 * Source of the default: Dubbo's forking cluster.
 * @throws RangeError for `forks` out of range
 */
export function forking(options: ForkingOptions = {}): FaultMode {
  const { forks = 2 } = options;
  if (!(Number.isInteger(forks) && forks >= 2 && forks <= 10)) {
    throw new RangeError(`The option "forks" is ${String(forks)}; expected a whole number from 2 to 10.`);
  }
  const budgetIn = budgetOf(options.budget);
  return {
    name: "forking",
    run(call, scope) {
      const budget = budgetIn(scope);
      budget.deposit();
      const attempts = [scope.start()];
      if (!isRepeatable(call.method) || isInRetriedChain(call)) return (attempts[0] as StartedAttempt).reply;
      const count = Math.min(forks, scope.endpoints().length);
      while (attempts.length < count && budget.withdraw()) attempts.push(scope.start());
      return firstOf(attempts);
    },
  };
}

async function firstOf(attempts: readonly StartedAttempt[]): Promise<unknown> {
  try {
    return await Promise.any(attempts.map(({ reply }) => reply));
  } catch (error) {
    throw error instanceof AggregateError ? (error.errors.at(-1) as unknown) : error;
  } finally {
    for (const attempt of attempts) attempt.cancel();
  }
}

/** Settings of {@link broadcast}. */
export interface BroadcastOptions {
  /** Share of the instances that may fail before the call does, 0 to 1. Default: 0, none. */
  readonly maxFailures?: number | undefined;
  /** Makes one reply of all that came. Default: the last one. */
  readonly combine?: ((replies: readonly unknown[]) => unknown) | undefined;
}

/**
 * Sends the call to every instance, for what all of them have to hear: caches to clear, settings to read anew. Each gets it once.
 *
 * Source of the default: Dubbo's broadcast cluster.
 * @throws RangeError for `maxFailures` out of range
 */
export function broadcast({ maxFailures = 0, combine }: BroadcastOptions = {}): FaultMode {
  if (!(maxFailures >= 0 && maxFailures <= 1)) {
    throw new RangeError(`The option "maxFailures" is ${String(maxFailures)}; expected 0 to 1.`);
  }
  return {
    name: "broadcast",
    async run(_call, scope: FaultScope) {
      const endpoints = scope.endpoints();
      // Without any the attempt says why there is none, or waits until there is.
      if (endpoints.length === 0) return scope.start().reply;
      const outcomes = await Promise.allSettled(endpoints.map((endpoint) => scope.start({ endpoint }).reply));
      const replies = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === "rejected" ? [outcome.reason as unknown] : [],
      );
      if (failures.length > maxFailures * endpoints.length || replies.length === 0)
        throw partly(failures, endpoints.length);
      return combine === undefined ? replies.at(-1) : combine(replies);
    },
  };
}

function partly(failures: readonly unknown[], count: number): RpcError {
  const last = RpcError.from(failures.at(-1));
  if (count === 1) return last;
  return new RpcError({
    code: last.code,
    reason: "application",
    message: `${failures.length} of ${count} instances failed, the last with: ${last.message}`,
    cause: last,
  });
}
