/** Policies: parts for the options of clients and servers. What each is for, and its defaults: GOVERNANCE.md. */
export {
  concurrencyLimit,
  type ConcurrencyLimit,
  type ConcurrencyLimitOptions,
  type ConcurrencyState,
} from "./concurrency-limit/concurrency-limit.ts";
export {
  fixedLimit,
  gradientLimit,
  type GradientOptions,
  type Limit,
  type LimitSample,
} from "./concurrency-limit/limit.ts";
export { rateLimit, type RateLimit, type RateLimitOptions } from "./rate-limit/rate-limit.ts";
export type { RateKey, RateRule } from "./rate-limit/rate-rule.ts";
export type { LoadMeter } from "../environment/load.ts";
export { broadcast, type BroadcastOptions, forking, type ForkingOptions } from "./fault-modes/several.ts";
export { byMethod, fromSchema, type MethodMode, type ModeTable } from "./fault-modes/by-method.ts";
export { type BackoffOptions, failover, type FailoverOptions, failtry } from "./fault-modes/failover.ts";
export {
  type Failback,
  failback,
  type FailbackOptions,
  failfast,
  failsafe,
  type FailsafeOptions,
} from "./fault-modes/quiet.ts";
export { hedged, type HedgeOptions } from "./fault-modes/hedged.ts";
export { createRetryBudget, type RetryBudget, type RetryBudgetOptions } from "./retry-budget.ts";
export {
  type Breaker,
  type BreakerKind,
  sre,
  type SreOptions,
  threshold,
  type ThresholdOptions,
} from "./circuit-breaker/breaker.ts";
export { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from "./circuit-breaker/circuit-breaker.ts";
export { outliers, type OutlierOptions } from "./outlier/outlier.ts";
export {
  degradation,
  type Degradation,
  type DegradationOptions,
  type DegradationRule,
  type Substitute,
} from "./fallback/fallback.ts";
export type { DescribedSchema } from "./fallback/example-message.ts";
export { consistentHash, type ConsistentHashOptions } from "./balance/consistent-hash.ts";
export type { HashKeyOf } from "./balance/hash-key.ts";
export type { HashKey } from "./balance/hash.ts";
export { leastLoaded } from "./balance/least-loaded.ts";
export { localityFirst, type LocalityOptions } from "./balance/locality.ts";
export { p2c, type P2cOptions } from "./balance/p2c.ts";
export { random, weightedRandom } from "./balance/random.ts";
export { roundRobin } from "./balance/round-robin.ts";
export { sticky, type StickyOptions } from "./balance/sticky.ts";
export { warmUp, type WarmUpOptions } from "./balance/warm-up.ts";
export type { RouteCondition, RouteRule, RouteTarget } from "./routing/route-rule.ts";
export { type Routing, routing } from "./routing/routing.ts";
