import type { CallContext, MethodType } from "../../call/method-type.ts";
import { PerMethod } from "../../call/per-method.ts";
import { RpcError } from "../../errors/rpc-error.ts";
import type { ServerInterceptor } from "../../interceptor/interceptor.ts";
import type { Plugin } from "../../plugin/plugin.ts";
import { type CheckedRateRule, checkRateRule, type RateRule } from "./rate-rule.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Settings of {@link rateLimit}. */
export interface RateLimitOptions {
  /** All that fit a call have to let it in. Default: none. */
  readonly rules?: readonly RateRule[] | undefined;
  /** Whether `@rateLimit` of the schema holds for methods that no rule is for. Default: true. */
  readonly fromSchema?: boolean | undefined;
  /** Keys (callers, addresses) that are remembered per rule. Above it the one that was least lately used is forgotten. Default: 10,000. */
  readonly maxKeys?: number | undefined;
}

/** A rate limit of a server. Its rules can be changed while calls run. */
export interface RateLimit extends Plugin<ServerInterceptor> {
  /** Takes other rules from the next call on; what callers have used up stays used. @throws as {@link rateLimit}, and the old rules stay */
  configure(options: RateLimitOptions): void;
  /** Calls that were refused. */
  readonly refused: number;
}

interface Rule extends CheckedRateRule {
  /** By key, the least lately used first. */
  readonly buckets: Map<string, TokenBucket>;
  lastKey: string | undefined;
  lastBucket: TokenBucket | undefined;
}

interface Settings {
  readonly rules: readonly Rule[];
  readonly fromSchema: boolean;
  readonly maxKeys: number;
}

/**
 * Limits the rate at which a server takes calls, before their bodies are decoded. A call above it fails with `resource_exhausted`, reason `too_many_calls`,
 * and with the time until the next one has a chance.
 *
 * ```ts
 * createServer({ plugins: [rateLimit({ rules: [{ method: "shop.v1.Orders", key: "caller", calls: 100 }] })] })
 * ```
 *
 * @throws TypeError or RangeError for rules that cannot work
 */
export function rateLimit(options: RateLimitOptions = {}): RateLimit {
  let settings = check(options, []);
  let refused = 0;
  const rules = new PerMethod((method) => findRules(method, settings));

  function admit(call: CallContext): void {
    const found = rules.of(call.method);
    for (let at = 0; at < found.length; at++) {
      const waitMs = take(found[at] as Rule, call, settings.maxKeys);
      if (waitMs > 0) refuse(call, waitMs);
    }
  }

  function refuse({ method }: CallContext, waitMs: number): never {
    refused++;
    throw tooFast(method, waitMs);
  }

  return {
    name: "rate-limit",
    setup(kernel) {
      kernel.addInterceptor({ name: "rate-limit", admit });
    },
    configure(next) {
      settings = check(next, settings.rules);
      rules.clear();
    },
    get refused() {
      return refused;
    },
  };
}

/** Buckets of rules that stand at the same place of the list as before go on. */
function check(options: RateLimitOptions, previous: readonly Rule[]): Settings {
  const { rules = [], fromSchema = true, maxKeys = 10_000 } = options;
  if (!Number.isInteger(maxKeys) || maxKeys < 1) {
    throw new RangeError(`The option "maxKeys" is ${String(maxKeys)}; expected a whole number above 0.`);
  }
  const checked = rules.map(checkRateRule);
  return {
    rules: checked.map((rule, index) => ({ ...rule, ...bucketsOf(previous[index]) })),
    fromSchema,
    maxKeys,
  };
}

function bucketsOf(previous: Rule | undefined): Pick<Rule, "buckets" | "lastKey" | "lastBucket"> {
  return { buckets: previous?.buckets ?? new Map(), lastKey: undefined, lastBucket: undefined };
}

function findRules(method: MethodType, { rules, fromSchema }: Settings): readonly Rule[] {
  const found = rules.filter(({ matches }) => matches(method));
  const { rateLimit: declared } = method.policy;
  if (found.length > 0 || !fromSchema || declared === undefined) return found;
  return [{ ...checkRateRule({ calls: declared.calls, perMs: declared.perMs }, 0), ...bucketsOf(undefined) }];
}

/** @returns 0 when the call may go on, or milliseconds until it may */
function take(rule: Rule, call: CallContext, maxKeys: number): number {
  const key = rule.keyOf(call);
  if (key === undefined) return 0;
  const nowMs = call.startedMs;
  // The same caller again: its bucket is the one that was used last.
  const bucket =
    rule.lastKey === key && rule.lastBucket !== undefined ? rule.lastBucket : bucketOf(rule, key, { nowMs, maxKeys });
  return bucket.take(nowMs);
}

function bucketOf(
  rule: Rule,
  key: string,
  { nowMs, maxKeys }: { readonly nowMs: number; readonly maxKeys: number },
): TokenBucket {
  const { buckets, rate, burst } = rule;
  let bucket = buckets.get(key);
  if (bucket === undefined) {
    if (buckets.size >= maxKeys) buckets.delete(buckets.keys().next().value as string);
    bucket = new TokenBucket(rate, burst, nowMs);
  } else {
    // Left by the rule that stood here before.
    bucket.resize(rate, burst, nowMs);
    buckets.delete(key);
  }
  buckets.set(key, bucket);
  rule.lastKey = key;
  rule.lastBucket = bucket;
  return bucket;
}

function tooFast(method: MethodType, waitMs: number): RpcError {
  // Sums of fractions: a billionth too much must not cost a whole millisecond.
  const retryAfterMs = Math.ceil(waitMs - 1e-6);
  return new RpcError({
    reason: "too_many_calls",
    message: `${method.path} is called more often than this server allows; try again in ${retryAfterMs} ms.`,
    retryAfterMs,
  });
}
