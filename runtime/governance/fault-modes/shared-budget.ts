import type { Environment } from "../../environment/environment.ts";
import { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "../retry-budget.ts";

/**
 * The budget of a mode: the one it was given, or one for each channel that it serves, made with the first call.
 * @throws RangeError at once for settings that cannot work
 */
export function budgetOf(
  given: RetryBudget | RetryBudgetOptions | undefined,
): (scope: { readonly environment: Environment; readonly channel: object }) => RetryBudget {
  if (given !== undefined && "withdraw" in given) return () => given;
  createRetryBudget(nowhere, given);
  const budgets = new WeakMap<object, RetryBudget>();
  return ({ environment, channel }) => {
    let budget = budgets.get(channel);
    if (budget === undefined) budgets.set(channel, (budget = createRetryBudget(environment, given)));
    return budget;
  };
}

/** Enough of an environment to check settings with. */
const nowhere: Environment = { now: () => 0 } as Environment;
