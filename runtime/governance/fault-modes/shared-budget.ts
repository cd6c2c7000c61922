import type { Environment } from "../../environment/environment.ts";
import type { ChannelScope } from "../fault-mode.ts";
import { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "../retry-budget.ts";

/**
 * The budget of a mode: the one it was given, or one for each channel that it serves, made with the first call.
 * @throws RangeError at once for settings that cannot work
 */
export function budgetOf(given: RetryBudget | RetryBudgetOptions | undefined): (scope: ChannelScope) => RetryBudget {
  if (given !== undefined && "withdraw" in given) return () => given;
  createRetryBudget(nowhere, given);
  return perChannel(({ environment }) => createRetryBudget(environment, given));
}

/** What a mode keeps for each channel that it serves, made with the first call. Most serve one, which is not looked up. */
export function perChannel<T>(create: (scope: ChannelScope) => T): (scope: ChannelScope) => T {
  const all = new WeakMap<object, T>();
  let last: { readonly channel: object; readonly value: T } | undefined;
  return (scope) => {
    const { channel } = scope;
    if (last?.channel === channel) return last.value;
    const value = all.get(channel) ?? create(scope);
    all.set(channel, value);
    last = { channel, value };
    return value;
  };
}

/** Enough of an environment to check settings with. */
const nowhere: Environment = { now: () => 0 } as Environment;
