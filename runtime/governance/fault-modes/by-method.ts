import type { MethodType } from "../../call/method-type.ts";
import type { ChannelScope, FaultMode } from "../fault-mode.ts";
import { methodMatcher } from "../method-pattern.ts";
import type { RetryBudget, RetryBudgetOptions } from "../retry-budget.ts";
import { failover } from "./failover.ts";
import { hedged } from "./hedged.ts";
import { failfast } from "./quiet.ts";
import { budgetOf, perChannel } from "./shared-budget.ts";

/** A mode and the methods that it is for. */
export interface MethodMode {
  /** `*`, a service or a method, as in `shop.v1.Orders/Get`. */
  readonly method: string;
  readonly mode: FaultMode;
}

/** {@link byMethod}; its list can be changed while calls run. */
export interface ModeTable extends FaultMode {
  /** From the next call on. @throws TypeError as {@link byMethod}, and the old list stays */
  configure(modes: readonly MethodMode[]): void;
}

/**
 * A mode for each method: that of the first entry that names it.
 * @param otherwise for methods that none names. Default: as the schema says, see {@link fromSchema}
 * @throws TypeError for an entry that names no method
 */
export function byMethod(modes: readonly MethodMode[], otherwise: FaultMode = fromSchema()): ModeTable {
  let table = check(modes);
  let chosen = new WeakMap<MethodType, FaultMode>();

  function modeOf(method: MethodType): FaultMode {
    let mode = chosen.get(method);
    if (mode === undefined) {
      mode = table.find(({ matches }) => matches(method))?.mode ?? otherwise;
      chosen.set(method, mode);
    }
    return mode;
  }

  return {
    name: "by-method",
    configure(next) {
      table = check(next);
      chosen = new WeakMap();
    },
    watch: (method, channel) => modeOf(method).watch?.(method, channel),
    run: (call, scope) => modeOf(call.method).run(call, scope),
  };
}

function check(
  modes: readonly MethodMode[],
): readonly { matches: ReturnType<typeof methodMatcher>; mode: FaultMode }[] {
  return modes.map(({ method, mode }, index) => {
    if (typeof mode?.run !== "function") {
      throw new TypeError(`modes[${index}].mode is no fault mode; use failover(), hedged(), failsafe(), ...`);
    }
    return { matches: methodMatcher(method, `modes[${index}].method`), mode };
  });
}

/**
 * What the schema says: `@hedge` hedges, `@retry` tries again, `@idempotent` and `@readonly` try again by the defaults of {@link failover}; other methods are tried
 * again only when no handler saw them. All share one budget.
 */
export function fromSchema(
  options: { readonly budget?: RetryBudget | RetryBudgetOptions | undefined } = {},
): FaultMode {
  const budgetIn = budgetOf(options.budget);
  const modesIn = perChannel((scope) => {
    const budget = budgetIn(scope);
    return { hedging: hedged({ budget }), retrying: failover({ budget }) };
  });
  const plain = failfast();

  function modeFor({ policy }: MethodType, channel: ChannelScope): FaultMode {
    if (policy.retry?.max === 0) return plain;
    const { hedging, retrying } = modesIn(channel);
    return policy.hedge === undefined ? retrying : hedging;
  }

  return {
    name: "from-schema",
    watch: (method, channel) => modeFor(method, channel).watch?.(method, channel),
    run: (call, scope) => modeFor(call.method, scope).run(call, scope),
  };
}
