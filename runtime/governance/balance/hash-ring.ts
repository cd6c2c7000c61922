import type { Endpoint } from "../../discovery/endpoint.ts";
import { hashOf } from "./hash.ts";

/** Points of endpoints on a circle of 2^32. */
export interface HashRing {
  /** Endpoints from the point of a hash on, each once per point; ends when `visit` returns true, or after a whole round. */
  walk(hash: number, visit: (endpoint: Endpoint) => boolean): void;
}

/** Points on the ring at most: above it each endpoint has fewer. */
const maxPoints = 200_000;
const maxPointsEach = 1_000;
/** Owners fit in as many values beside a hash in the 53 bits of a number. */
const owners = 2 ** 20;

/** @param points of an endpoint of weight 100 */
export function createHashRing(endpoints: readonly Endpoint[], points: number): HashRing {
  const each = Math.min(points, Math.max(1, Math.floor(maxPoints / Math.max(1, endpoints.length))));
  const places: number[] = [];
  for (const [owner, { id, weight }] of endpoints.entries()) {
    const count = Math.min(maxPointsEach, Math.max(1, Math.round((each * weight) / 100)));
    for (let point = 0; point < count; point++) places.push(hashOf(`${id}#${point}`) * owners + owner);
  }
  const ring = Float64Array.from(places).sort();
  return {
    walk(hash, visit) {
      const start = firstFrom(ring, hash * owners);
      for (let step = 0; step < ring.length; step++) {
        const place = ring[(start + step) % ring.length] as number;
        if (visit(endpoints[place % owners] as Endpoint)) return;
      }
    },
  };
}

function firstFrom(ring: Float64Array, value: number): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ring[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
