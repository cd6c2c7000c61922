import type { Endpoint } from "../../discovery/endpoint.ts";

/** Draws endpoints with chances in proportion to their weights. */
export interface WeightedDraw {
  /** Mean weight of an endpoint; 1 for none. */
  readonly meanWeight: number;
  /** @param lot from 0 (included) to 1 (excluded). @returns an index; 0 for no endpoints */
  index(lot: number): number;
}

/** Equal weights cost a multiplication, others a search in their running sums. */
export function createWeightedDraw(endpoints: readonly Endpoint[]): WeightedDraw {
  const { length } = endpoints;
  const [first] = endpoints;
  if (endpoints.every((endpoint) => endpoint.weight === first?.weight)) {
    return { meanWeight: first?.weight ?? 1, index: (lot) => Math.floor(lot * length) };
  }
  const sums = new Float64Array(length);
  let sum = 0;
  for (const [index, endpoint] of endpoints.entries()) sums[index] = sum += endpoint.weight;
  return { meanWeight: sum / length, index: (lot) => firstAbove(sums, lot * sum) };
}

function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
