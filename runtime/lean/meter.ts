import type { Environment } from "../environment/environment.ts";

/** Takes one of `burst` that come back at `perSecond`. @returns false when there is none */
export function createMeter({ now }: Environment, burst: number, perSecond: number): () => boolean {
  let left = burst;
  let atMs = now();
  return () => {
    const nowMs = now();
    left = Math.min(burst, left + ((nowMs - atMs) * perSecond) / 1_000) - 1;
    atMs = nowMs;
    return left >= 0;
  };
}
