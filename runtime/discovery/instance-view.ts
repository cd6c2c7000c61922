import type { Instance } from "./instance.ts";

/** How a channel treats what a registry says. */
export interface DiscoveryOptions {
  /**
   * Folder for the last good list of each target, used when the registry cannot be reached at the start. It is made when it is missing. Default: none.
   */
  readonly snapshotFolder?: string | undefined;
  /** Milliseconds for which a mass removal is held: the ttl that instances are registered with. Default: 15,000. */
  readonly ttlMs?: number | undefined;
  /** Instances that are used, 1 to 100,000; more are left out. Default: 10,000. */
  readonly maxInstances?: number | undefined;
  /** Which instances may be called at all: only those for which it returns true, for instance by their addresses. Default: all. */
  readonly allow?: ((instance: Instance) => boolean) | undefined;
  /** What is worth a log line: `held`, `released`, `snapshot`, `invalid`. Never called with secrets. What it throws is ignored. */
  readonly log?: ((event: string, details: Readonly<Record<string, string | number>>) => void) | undefined;
}

/** What a channel knows of the instances of its target. */
export interface InstanceView {
  readonly instances: readonly Instance[];
  /** Where the list is from: the target itself, a registry, a file of an earlier run, or nowhere yet. */
  readonly origin: "target" | "registry" | "file" | "none";
  /** Milliseconds since the registry last said so. 0 for addresses that the target names, `Infinity` before anything is known. */
  readonly ageMs: number;
  /** The registry cannot be asked just now, or the list is from a file: it may be old. */
  readonly isStale: boolean;
  /** Instances that the registry no longer names and that are kept for a while, because too many went at once. */
  readonly held: number;
  /** Entries of the last list that were left out: not valid, twice there, not allowed, or above the limit. */
  readonly skipped: number;
}
