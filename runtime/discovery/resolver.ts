import type { Environment } from "../environment/environment.ts";
import type { Instance } from "./instance.ts";
import type { Target } from "./target.ts";

/** All instances of a service at one moment. */
export interface Snapshot {
  readonly instances: readonly Instance[];
  /** Of the engine: two snapshots with the same revision are equal. For logs and comparison, never for order. */
  readonly revision: string;
  /** False while the engine knows that it has not heard of all of them, as right after its registry came back empty-handed. */
  readonly complete: boolean;
  /** Wall clock of the moment at which the registry said so, milliseconds since 1970. */
  readonly atMs: number;
}

/** Who hears what a resolver finds. What these throw is the caller's fault and stops the watch. */
export interface ResolverSink {
  /** The instances changed, or were confirmed. Always the whole list. */
  update(snapshot: Snapshot): void;
  /** The registry cannot be asked just now; the resolver goes on trying. The last snapshot stays what is known. */
  error(error: Error): void;
}

/** A watch that was begun. */
export interface ResolverWatch {
  /** Ask again now, if that is cheaper than waiting: a connection to an instance was refused. May do nothing. */
  refresh?(): void;
  /** Ends it: sockets, timers and listeners are gone when the promise resolves, and the sink hears no more from the moment of the call. Idempotent. */
  close(): Promise<void>;
}

/** What an engine is handed to work with. */
export interface EngineScope {
  /** Clock, timers and random numbers; engines use no others. */
  readonly environment: Environment;
  /** What is worth a log line: `reconnecting`, `lease lost`. Never called with secrets. */
  readonly log?: ((event: string, details: Readonly<Record<string, string | number>>) => void) | undefined;
}

/**
 * Turns a target into instances and keeps them current, for ever, whatever its registry does: connections lost, restarts, wiped data, compaction and
 * expired sessions are its business. It keeps no memory of instances that the registry no longer names: holding on to the last good
 * list is done once, above all engines.
 */
export interface Resolver {
  /** The scheme of the targets that it takes. */
  readonly scheme: string;
  /**
   * Begins to watch. Calls `sink` for the first time never before it returns.
   * @throws TypeError at once for a target that it cannot read
   */
  watch(target: Target, sink: ResolverSink, scope: EngineScope): ResolverWatch;
}
