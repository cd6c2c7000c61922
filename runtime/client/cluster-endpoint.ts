import type { Endpoint } from "../discovery/endpoint.ts";
import type { Instance } from "../discovery/instance.ts";
import type { Site } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import type { Pool } from "./pool.ts";

/** An endpoint with its connections, made when the first call comes. */
export class ClusterEndpoint implements Endpoint {
  readonly id: string;
  readonly address: string;
  readonly site: Site;
  instance: Instance;
  weight: number;
  callsInProgress: number;
  isAvailable: boolean;
  state: ChannelState;
  private readonly makePool: (endpoint: ClusterEndpoint) => Pool;
  private readonly ejectedBy: Set<unknown>;
  private isReachable: boolean;
  private madePool: Pool | undefined;

  constructor(instance: Instance, site: Site, makePool: (endpoint: ClusterEndpoint) => Pool) {
    this.id = instance.id;
    this.address = instance.address;
    this.site = site;
    this.instance = instance;
    this.weight = instance.weight;
    this.callsInProgress = 0;
    this.isAvailable = true;
    this.state = "idle";
    this.makePool = makePool;
    this.ejectedBy = new Set();
    this.isReachable = true;
    this.madePool = undefined;
  }

  get pool(): Pool {
    return (this.madePool ??= this.makePool(this));
  }

  /** Connections that are open. */
  get connections(): number {
    return this.madePool?.size ?? 0;
  }

  /** What the registry says of it now. */
  describe(instance: Instance): void {
    this.instance = instance;
    this.weight = instance.weight;
  }

  /** A connection was refused or lost, or there is one again. */
  setReachable(isReachable: boolean): void {
    this.isReachable = isReachable;
    this.update();
  }

  /** `by`: each speaks for itself. */
  setEjected(isEjected: boolean, by: unknown): void {
    if (isEjected) this.ejectedBy.add(by);
    else this.ejectedBy.delete(by);
    this.update();
  }

  close(graceMs: number): Promise<void> {
    return this.madePool?.close(graceMs) ?? Promise.resolve();
  }

  private update(): void {
    this.isAvailable = this.isReachable && this.ejectedBy.size === 0;
  }
}
