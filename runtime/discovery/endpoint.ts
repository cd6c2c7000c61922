import type { Instance } from "./instance.ts";

/**
 * An instance that a channel may send calls to, as routers, balancers, detectors and interceptors see it. It stays the same object for as long as the
 * instance is there under its address, so state may be kept in a `Map` or `WeakMap` by it. The channel alone changes it.
 */
export interface Endpoint {
  /** {@link Instance.id}; the address where no registry gave one. */
  readonly id: string;
  /** {@link Instance.address}: `tcp://10.0.0.5:9000`. */
  readonly address: string;
  /** What was last heard of it. */
  readonly instance: Instance;
  /** {@link Instance.weight}: its share of the calls, relative to the others. */
  readonly weight: number;
  /** Attempts of this channel on it that have no outcome yet, streams included. */
  readonly callsInProgress: number;
  /**
   * False while its connection was refused or lost and has not come back, and while a detector has ejected it. Balancers pass it over as long as there
   * is another; when there is none it is used all the same.
   */
  readonly isAvailable: boolean;
}
