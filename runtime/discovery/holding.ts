import type { Environment } from "../environment/environment.ts";
import type { Instance } from "./instance.ts";

/** Removals are held when more than this part of at least {@link minFleet} go within one ttl, or all: Eureka's threshold. */
const maxGonePart = 0.15;
const minFleet = 7;

/** Instances, and those that are kept although the registry no longer names them. */
export interface Holding {
  /** All that are to be used, by id, held ones included. */
  readonly instances: ReadonlyMap<string, Instance>;
  readonly held: ReadonlyMap<string, Instance>;
  /** Takes a list over. @returns true when something changed */
  update(named: ReadonlyMap<string, Instance>, isComplete: boolean): boolean;
  /** The registry was out of reach: for one ttl from the next list on, removals are held. */
  doubt(): void;
  /** A held instance turned out to be gone. @returns false when it is not held */
  drop(id: string): boolean;
  /** Nothing is held any more. */
  release(): boolean;
  /** When the first held instance has been held long enough, on the environment's clock; `Infinity` for none. */
  readonly nextReleaseMs: number;
  /** Lets go of what has been held long enough. @returns true when something changed */
  expire(): boolean;
}

/**
 * Keeps a registry that lost its memory, or half of its network, from taking the callers down with it. One crash, or a few, are removed at once;
 * when many go together the list is doubted for one ttl, in which whoever is alive is heard of again, and probes find out who is not.
 */
export function createHolding(environment: Environment, ttlMs: number): Holding {
  let instances = new Map<string, Instance>();
  const heldUntilMs = new Map<string, number>();
  let goneAtMs: number[] = [];
  let isDoubted = false;
  let doubtedUntilMs = -Infinity;

  /** @returns until when removals of this list are held; 0: not at all */
  function holdUntilMs(goneCount: number, leftCount: number): number {
    const nowMs = environment.now();
    if (nowMs < doubtedUntilMs) return doubtedUntilMs;
    goneAtMs = goneAtMs.filter((atMs) => atMs > nowMs - ttlMs);
    const all = leftCount + goneCount + goneAtMs.length;
    const gone = goneCount + goneAtMs.length;
    const isMass = leftCount === 0 || (all >= minFleet && gone > all * maxGonePart);
    return isMass ? nowMs + ttlMs : 0;
  }

  function update(named: ReadonlyMap<string, Instance>, isComplete: boolean): boolean {
    if (isDoubted) doubtedUntilMs = environment.now() + ttlMs;
    isDoubted = false;
    const next = new Map(named);
    for (const id of named.keys()) heldUntilMs.delete(id);
    const gone = [...instances].filter(([id]) => !next.has(id) && !heldUntilMs.has(id));
    const untilMs = isComplete && gone.length > 0 ? holdUntilMs(gone.length, named.size) : 0;
    for (const [id, instance] of gone) {
      if (!isComplete) next.set(id, instance);
      else if (untilMs > 0) heldUntilMs.set(id, untilMs);
      else goneAtMs.push(environment.now());
    }
    for (const id of heldUntilMs.keys()) next.set(id, instances.get(id) as Instance);
    return replace(next);
  }

  function replace(next: Map<string, Instance>): boolean {
    const isSame = next.size === instances.size && [...next].every(([id, instance]) => instances.get(id) === instance);
    instances = next;
    return !isSame;
  }

  function letGo(ids: readonly string[]): boolean {
    const next = new Map(instances);
    for (const id of ids) {
      if (!heldUntilMs.delete(id)) continue;
      next.delete(id);
      goneAtMs.push(environment.now());
    }
    return replace(next);
  }

  return {
    get instances() {
      return instances;
    },
    get held() {
      return new Map([...heldUntilMs.keys()].map((id) => [id, instances.get(id) as Instance]));
    },
    update,
    doubt: () => void (isDoubted = instances.size > 0),
    drop: (id) => letGo([id]),
    release: () => letGo([...heldUntilMs.keys()]),
    get nextReleaseMs() {
      return Math.min(Infinity, ...heldUntilMs.values());
    },
    expire: () => letGo([...heldUntilMs].filter(([, untilMs]) => untilMs <= environment.now()).map(([id]) => id)),
  };
}
