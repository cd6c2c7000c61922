/** Policies: parts for the option `plugins` of clients and servers. What each is for, and its defaults: GOVERNANCE.md. */
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
