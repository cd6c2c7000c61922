/** How much an instance can do, and how much is asked of all. */
export const load = {
  /** Milliseconds that a call takes. */
  workMs: 50,
  /** Calls that an instance carries out at once, so that it answers 100 a second at most. */
  limit: 5,
  /** Calls that may wait for their turn at an instance. */
  maxWaiting: 10,
  /** Calls a second of both callers together, about a third of what five instances can do. */
  usual: 160,
  /** Nearly twice what they can do. */
  overload: 950,
} as const;

/** Calls a second that so many instances can answer. */
export function capacityOf(instances: number): number {
  return (instances * load.limit * 1_000) / load.workMs;
}
