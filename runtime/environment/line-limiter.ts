import type { Environment } from "./environment.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Lines of one kind that are written at once, and per second in the long run, where nothing else is said. */
export const linesPerSecond = 10;

/**
 * Decides for each line whether it is written. Who can make something fail again and again shall not fill a disk with it.
 *
 * @param kind of the line, of which there are few: each kind has its own limit
 * @returns how many lines of that kind were left out since the last one that was written; undefined: this one is left out as well
 */
export type LineLimiter = (kind: string) => number | undefined;

/** @param perSecond of each kind, at once and in the long run; of less than one a second, one at once; 0: none */
export function createLineLimiter(environment: Environment, perSecond: number = linesPerSecond): LineLimiter {
  const kinds = new Map<string, { readonly lines: TokenBucket; leftOut: number }>();
  const burst = perSecond > 0 ? Math.max(1, perSecond) : 0;
  return (kind) => {
    let state = kinds.get(kind);
    if (state === undefined) {
      kinds.set(kind, (state = { lines: new TokenBucket(environment, burst, perSecond), leftOut: 0 }));
    }
    if (!state.lines.take()) return void state.leftOut++;
    const { leftOut } = state;
    state.leftOut = 0;
    return leftOut;
  };
}
