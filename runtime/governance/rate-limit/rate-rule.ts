import type { CallContext } from "../../call/method-type.ts";
import { peerNetwork } from "../../call/peer-network.ts";
import { methodMatcher, type MethodMatcher } from "../method-pattern.ts";

/**
 * Whose calls are counted together: all of a method, those of one caller (see `authenticate`; without one, of one address), or of one address. An IPv6 address counts as
 * its first 64 bits.
 */
export type RateKey = "method" | "caller" | "address" | ((call: CallContext) => string | undefined);

/** At most so many calls per time. */
export interface RateRule {
  /** `*` (all), `shop.v1.Orders` or `shop.v1.Orders/*` (a service), `/shop.v1.Orders/Get` or `shop.v1.Orders/Get` (a method). Default: `*`. */
  readonly method?: string | undefined;
  /** Default: `method`. */
  readonly key?: RateKey | undefined;
  readonly calls: number;
  /** Milliseconds. Default: 1,000. */
  readonly perMs?: number | undefined;
  /** Calls at once after a pause. Default: `calls`. */
  readonly burst?: number | undefined;
}

/** A rule with every value known. */
export interface CheckedRateRule {
  readonly matches: MethodMatcher;
  readonly keyOf: (call: CallContext) => string | undefined;
  /** Tokens per millisecond. */
  readonly rate: number;
  readonly burst: number;
}

/** @throws TypeError or RangeError that names the rule, what was found and what is expected */
export function checkRateRule(rule: RateRule, index: number): CheckedRateRule {
  const { calls, perMs = 1_000, burst = Math.max(1, calls), key = "method" } = rule;
  checkPositive(calls, `rules[${index}].calls`);
  checkPositive(perMs, `rules[${index}].perMs`);
  if (!(burst >= 1)) throw new RangeError(`rules[${index}].burst is ${String(burst)}; expected 1 or more.`);
  return {
    matches: methodMatcher(rule.method ?? "*", `rules[${index}].method`),
    keyOf: typeof key === "function" ? key : keyFunctions[checkKey(key, index)],
    rate: calls / perMs,
    burst,
  };
}

const keyFunctions = {
  method: ({ method }: CallContext): string => method.path,
  caller: ({ principal, peer }: CallContext): string => principal?.id ?? networkOf(peer),
  address: ({ peer }: CallContext): string => networkOf(peer),
} as const;

let lastPeer = "";
let lastNetwork = "";

/** Calls of one connection often come in a row. */
function networkOf(peer: string): string {
  if (peer !== lastPeer) lastNetwork = peerNetwork((lastPeer = peer));
  return lastNetwork;
}

function checkKey(key: string, index: number): keyof typeof keyFunctions {
  if (Object.hasOwn(keyFunctions, key)) return key as keyof typeof keyFunctions;
  throw new TypeError(`rules[${index}].key is "${key}"; expected "method", "caller", "address" or a function.`);
}

function checkPositive(value: number, name: string): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} is ${String(value)}; expected a number above 0.`);
}
