import type { Environment, Timer } from "../environment/environment.ts";
import { createHolding } from "./holding.ts";
import type { DiscoveryOptions, InstanceView } from "./instance-view.ts";
import type { Instance } from "./instance.ts";
import { takeIn } from "./intake.ts";
import type { Resolver, ResolverWatch, Snapshot } from "./resolver.ts";
import type { SnapshotFile, StoredSnapshot } from "./snapshot-file.ts";
import type { Target } from "./target.ts";

/** {@link DiscoveryOptions} with every value known. */
export interface CheckedDiscovery extends DiscoveryOptions {
  readonly ttlMs: number;
  readonly maxInstances: number;
}

/** @throws RangeError or TypeError that names the option */
export function checkDiscovery(options: DiscoveryOptions = {}): CheckedDiscovery {
  const { ttlMs = 15_000, maxInstances = 10_000, snapshotFolder } = options;
  if (!(ttlMs >= 100 && ttlMs <= 3_600_000)) {
    throw new RangeError(`discovery.ttlMs is ${String(ttlMs)}; expected milliseconds from 100 to an hour.`);
  }
  if (!(Number.isInteger(maxInstances) && maxInstances >= 1 && maxInstances <= 100_000)) {
    throw new RangeError(
      `discovery.maxInstances is ${String(maxInstances)}; expected a whole number from 1 to 100,000.`,
    );
  }
  if (snapshotFolder !== undefined && (typeof snapshotFolder !== "string" || snapshotFolder === "")) {
    throw new TypeError("discovery.snapshotFolder must be the path of a folder.");
  }
  return { ...options, ttlMs, maxInstances };
}

/** What a {@link Keeper} needs. */
export interface KeeperOptions {
  readonly resolver: Resolver;
  readonly target: Target;
  readonly environment: Environment;
  readonly discovery: CheckedDiscovery;
  readonly file: SnapshotFile | undefined;
  /** Tries to reach a held instance. @returns false when nobody is there. Never rejects */
  readonly probe: (instance: Instance) => Promise<boolean>;
  /** The list changed, or is known for the first time. */
  readonly onInstances: (instances: readonly Instance[]) => void;
  /** Nothing is known and nobody can be asked. */
  readonly onError: (error: Error) => void;
}

/** Stands between an engine and its user and remembers: the last good list, held removals, the file. */
export interface Keeper {
  readonly view: InstanceView;
  /** An instance could not be reached: the registry is asked again, and an instance that is only held goes at once. */
  lost(id: string): void;
  close(): Promise<void>;
}

/** Milliseconds that a registry gets at the start before the file of an earlier run is used. */
const patienceMs = 3_000;
/** Milliseconds from a change to its being written. */
const writeDelayMs = 1_000;
/** Probes at a time. */
const maxProbes = 16;

/** Begins to watch. Calls nobody before it returns. */
export function createKeeper(options: KeeperOptions): Keeper {
  const { resolver, target, environment, discovery, file } = options;
  const holding = createHolding(environment, discovery.ttlMs);
  let origin: InstanceView["origin"] = "none";
  let atMs = -Infinity;
  let isFailing = false;
  let skipped = 0;
  let isClosed = false;
  let releaseTimer: Timer | undefined;
  let writeTimer: Timer | undefined;
  let reading: Promise<void> | undefined;
  const patience = environment.setTimer(patienceMs, () => void readFile());
  const watch: ResolverWatch = resolver.watch(target, { update, error: onError }, { environment, log });

  function log(event: string, details: Readonly<Record<string, string | number>>): void {
    try {
      discovery.log?.(event, details);
    } catch {
      // As documented.
    }
  }

  function update(snapshot: Snapshot): void {
    if (isClosed) return;
    patience.cancel();
    const isFirst = origin === "none";
    // What a file said is doubtful, and so is a registry that was away.
    if (isFailing || origin === "file") holding.doubt();
    isFailing = false;
    origin = "registry";
    ({ atMs } = snapshot);
    if (take(snapshot.instances, snapshot.complete)) scheduleWrite();
    else if (isFirst) options.onInstances([...holding.instances.values()]);
  }

  /** @returns true when something changed */
  function take(list: readonly unknown[], isComplete: boolean): boolean {
    const intake = takeIn(list, holding.instances, discovery);
    if (intake.skipped > 0 && intake.skipped !== skipped) log("invalid", { skipped: intake.skipped });
    skipped = intake.skipped;
    const heldBefore = new Set(holding.held.keys());
    const isChanged = holding.update(intake.instances, isComplete);
    const held = [...holding.held.values()].filter(({ id }) => !heldBefore.has(id));
    if (held.length > 0) log("held", { count: held.length, of: holding.instances.size });
    if (isChanged) publish();
    armRelease();
    void probeAll(held);
    return isChanged;
  }

  function publish(): void {
    options.onInstances([...holding.instances.values()]);
  }

  function armRelease(): void {
    releaseTimer?.cancel();
    releaseTimer = undefined;
    const { nextReleaseMs } = holding;
    if (nextReleaseMs === Infinity || isClosed) return;
    releaseTimer = environment.setTimer(nextReleaseMs - environment.now(), () => {
      const before = holding.held.size;
      if (holding.expire()) {
        log("released", { count: before - holding.held.size });
        publish();
        scheduleWrite();
      }
      armRelease();
    });
    releaseTimer.unref();
  }

  async function probeAll(held: readonly Instance[]): Promise<void> {
    const queue = [...held];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && !isClosed; next = queue.shift()) {
        if (!holding.held.has(next.id) || (await options.probe(next))) continue;
        dropHeld(next.id);
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxProbes, queue.length) }, work));
    armRelease();
  }

  /** Nobody is there: it is gone, as the registry says. */
  function dropHeld(id: string): void {
    if (isClosed || !holding.drop(id)) return;
    log("gone", { id });
    publish();
    scheduleWrite();
  }

  function onError(error: Error): void {
    if (isClosed) return;
    isFailing = true;
    if (origin !== "none") return;
    if (file === undefined) return options.onError(error);
    void readFile().then(() => {
      if (origin === "none" && !isClosed) options.onError(error);
    });
  }

  function readFile(): Promise<void> {
    patience.cancel();
    reading ??= (file?.read() ?? Promise.resolve(undefined)).then(useFile);
    return reading;
  }

  function useFile(stored: StoredSnapshot | undefined): void {
    if (stored === undefined || origin !== "none" || isClosed) return;
    ({ atMs } = stored);
    origin = "file";
    log("snapshot", { count: stored.instances.length, ageMs: Math.round(environment.wallClock() - atMs) });
    take(stored.instances, true);
  }

  function scheduleWrite(): void {
    if (file === undefined || origin !== "registry") return;
    writeTimer ??= environment.setTimer(writeDelayMs, () => {
      writeTimer = undefined;
      void writeFile();
    });
  }

  async function writeFile(): Promise<void> {
    // An empty list would be of no use at a start.
    if (holding.instances.size === 0) return;
    const error = await file?.write([...holding.instances.values()], atMs);
    if (error !== undefined) log("snapshot not written", { error: error.message });
  }

  return {
    get view() {
      return {
        instances: [...holding.instances.values()],
        origin,
        ageMs: origin === "none" ? Infinity : Math.max(0, environment.wallClock() - atMs),
        isStale: origin !== "registry" || isFailing,
        held: holding.held.size,
        skipped,
      };
    },
    lost(id) {
      if (isClosed) return;
      dropHeld(id);
      watch.refresh?.();
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      patience.cancel();
      releaseTimer?.cancel();
      const isUnwritten = writeTimer !== undefined;
      writeTimer?.cancel();
      await Promise.all([watch.close(), reading, isUnwritten ? writeFile() : undefined]);
    },
  };
}
