import type { Endpoint } from "../../discovery/endpoint.ts";
import type { Balancer, BalancerKind } from "../balancer.ts";
import { isFit } from "./fitness.ts";
import { type HashKeyOf, schemaKey } from "./hash-key.ts";
import type { HashKey } from "./hash.ts";
import { p2c } from "./p2c.ts";

/** Settings of {@link sticky}. */
export interface StickyOptions {
  /** The key of a session; calls without one are spread as ever. Default: the field that `@hashKey` names in the schema. */
  readonly key?: HashKeyOf | undefined;
  /** How the first call of a session finds its endpoint. Default: `p2c()`. */
  readonly inner?: BalancerKind | undefined;
  /** Sessions that are remembered, 1 to 1,000,000; the one that was not used for longest is forgotten. Default: 10,000. */
  readonly maxSessions?: number | undefined;
}

/**
 * Keeps a session at the endpoint that its first call went to, for as long as that is there and available. Other than {@link consistentHash} it moves no
 * session when endpoints come, but each caller has its own memory.
 *
 * @throws RangeError for options that cannot work
 */
export function sticky(options: StickyOptions = {}): BalancerKind {
  const { key = schemaKey, inner = p2c(), maxSessions = 10_000 } = options;
  if (!(Number.isInteger(maxSessions) && maxSessions >= 1 && maxSessions <= 1_000_000)) {
    throw new RangeError(`maxSessions is ${String(maxSessions)}; expected a whole number from 1 to 1,000,000.`);
  }
  return Object.freeze<BalancerKind>({
    name: "sticky",
    create: (scope) => createSticky(inner.create(scope), key, maxSessions),
  });
}

function createSticky(inner: Balancer, keyOf: HashKeyOf, maxSessions: number): Balancer {
  /** In order of their last use. */
  const sessions = new Map<HashKey, Endpoint>();
  let present: ReadonlySet<Endpoint> = new Set();

  function remember(key: HashKey, endpoint: Endpoint): void {
    sessions.delete(key);
    sessions.set(key, endpoint);
    const [oldest] = sessions.keys();
    if (sessions.size > maxSessions && oldest !== undefined) sessions.delete(oldest);
  }

  return {
    update(endpoints) {
      present = new Set(endpoints);
      inner.update(endpoints);
    },
    pick(call, tried) {
      const found = keyOf(call);
      if (found === undefined) return inner.pick(call, tried);
      const key = found instanceof Uint8Array ? found.join() : found;
      const known = sessions.get(key);
      const isGood = known !== undefined && present.has(known) && isFit(known, tried);
      const endpoint = isGood ? known : inner.pick(call, tried);
      if (endpoint !== undefined) remember(key, endpoint);
      return endpoint;
    },
    done: (endpoint, outcome) => inner.done?.(endpoint, outcome),
  };
}
