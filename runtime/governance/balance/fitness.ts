import type { Endpoint } from "../../discovery/endpoint.ts";

/** No endpoint: what `tried` is for a first attempt. */
export const nowhere: readonly Endpoint[] = Object.freeze([]);

/** True for an endpoint that a call should rather go to than to others: it is available, and the call has not been there. */
export function isFit(endpoint: Endpoint, tried: readonly Endpoint[]): boolean {
  return endpoint.isAvailable && (tried.length === 0 || !tried.includes(endpoint));
}

/** Those that are fit; without one those that were not tried, then those that are available, then all. Never empty unless `endpoints` is. */
export function fittest(endpoints: readonly Endpoint[], tried: readonly Endpoint[]): readonly Endpoint[] {
  const fit = endpoints.filter((endpoint) => isFit(endpoint, tried));
  if (fit.length > 0) return fit;
  const fresh = endpoints.filter((endpoint) => !tried.includes(endpoint));
  if (fresh.length > 0) return fresh;
  const available = endpoints.filter((endpoint) => endpoint.isAvailable);
  return available.length > 0 ? available : endpoints;
}
