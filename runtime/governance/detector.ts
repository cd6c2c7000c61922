import type { Endpoint } from "../discovery/endpoint.ts";
import type { Environment } from "../environment/environment.ts";
import type { Outcome } from "./outcome.ts";

/**
 * Finds endpoints that should get no calls for a while. {@link Detector.update} is called first and whenever the set of endpoints changed;
 * {@link Detector.observe} once for each attempt that ended, before the balancer hears of it. Must not throw.
 */
export interface Detector {
  update(endpoints: readonly Endpoint[]): void;
  observe(endpoint: Endpoint, outcome: Outcome): void;
  /** The channel closes: timers end here. */
  close?(): void;
}

/** What a detector works with. */
export interface DetectorScope {
  /** Clock, timers and random numbers; detectors use no others. */
  readonly environment: Environment;
  /** Passes an endpoint over from now on, or no longer. Each detector speaks for itself: an endpoint is available once no one ejects it. Idempotent. */
  setEjected(endpoint: Endpoint, isEjected: boolean): void;
}

/** A way of detection, as an option of a channel. Holds settings and no state. */
export interface DetectorKind {
  /** For metrics and diagnostics. */
  readonly name: string;
  create(scope: DetectorScope): Detector;
}
