import type { Environment } from "../environment/environment.ts";
import { type Eviction, type Probe, startEviction } from "./eviction.ts";
import type { EurekaStatus, InstanceInfo } from "./instance-info.ts";
import { createPeer, type Peer, type PeerAction, type SendBatch } from "./peer.ts";
import { createRenewals, type Renewals } from "./renewals.ts";
import { createTable, type InstanceTable } from "./table.ts";

/** What happens in a registry, for logs. */
export interface RegistryEvent {
  readonly kind: "registered" | "cancelled" | "evicted" | "self-preservation" | "peer";
  readonly app?: string | undefined;
  readonly id?: string | undefined;
  readonly detail?: string | undefined;
}

/** Settings of {@link createRegistry}. Defaults in brackets. */
export interface RegistryOptions {
  readonly environment: Environment;
  /** The other registries, each with a way to carry batches to it. [none] */
  readonly peers?: readonly { readonly name: string; readonly send: SendBatch }[] | undefined;
  /** Keeps instances when too many stop renewing at once. [true] */
  readonly selfPreservation?: boolean | undefined;
  /** Milliseconds in which renewals are counted. [60,000] */
  readonly renewalWindowMs?: number | undefined;
  /** Milliseconds between looks for leases that ran out. [5,000; Eureka: 60,000] */
  readonly evictionIntervalMs?: number | undefined;
  /** Milliseconds that changes can be asked for. [180,000] */
  readonly changesKeptMs?: number | undefined;
  /** Instances that are taken; more are answered 503. [100,000] */
  readonly maxInstances?: number | undefined;
  /** Asks instances that self-preservation keeps. [none] */
  readonly probe?: Probe | undefined;
  /** [none] */
  readonly onEvent?: ((event: RegistryEvent) => void) | undefined;
}

/** A registry without a network: what was asked, what is answered, what peers are told. */
export interface Registry {
  readonly table: InstanceTable;
  readonly renewals: Renewals;
  readonly peers: readonly Peer[];
  readonly maxInstances: number;
  /** Registers, renews, ...: each does it here and tells the peers, unless it came from one. @returns the status of HTTP */
  register(info: InstanceInfo, isReplicated: boolean): 204 | 503;
  /** `mine`: with 409 what is registered here, newer than what the peer has. */
  renew(
    app: string,
    id: string,
    request: RenewRequest,
  ): { readonly status: 200 | 404 | 409; readonly mine?: InstanceInfo };
  cancel(app: string, id: string, isReplicated: boolean): 200 | 404;
  setStatus(app: string, id: string, request: StatusRequest): 200 | 404;
  setMetadata(app: string, id: string, entries: Readonly<Record<string, string>>): 200 | 404;
  /** Calls `listener` after each change of any instance of the application; returns what ends that. */
  watch(app: string, listener: () => void): () => void;
  /** Takes what a peer has at start, each lease as old as it is there. @returns how many instances that were */
  fill(copies: readonly InstanceCopy[]): number;
  /** A look for leases that ran out, now. */
  evict(): Promise<void>;
  close(): void;
}

/** An instance that a peer has. */
export interface InstanceCopy {
  readonly info: InstanceInfo;
  /** Milliseconds since its lease was renewed: a duration, as clocks of machines differ. */
  readonly ageMs: number;
}

/** @see Registry.renew */
export interface RenewRequest {
  readonly isReplicated: boolean;
  /** When the sender last changed the instance, as it knows. */
  readonly lastDirtyTimestamp?: number | undefined;
  readonly overriddenStatus?: EurekaStatus | undefined;
  /** When that was set, and the status that holds at the sender: of a peer of ours. */
  readonly overriddenTimestamp?: number | undefined;
  readonly status?: EurekaStatus | undefined;
}

/** @see Registry.setStatus */
export interface StatusRequest {
  readonly isReplicated: boolean;
  readonly status: EurekaStatus;
  /** Takes the override back. */
  readonly isRemoval: boolean;
  readonly lastDirtyTimestamp?: number | undefined;
  /** When it was set, as a peer says. */
  readonly overriddenTimestamp?: number | undefined;
}

/** Milliseconds that a peer is told of cancellations: a later one would hit an instance that came back, and its lease ends anyway. */
const cancelKeptMs = 30_000;
/** Milliseconds that a peer is told of a status that was set: no heartbeat brings it, and registries would disagree for ever. */
const statusKeptMs = 3_600_000;

/**
 * Makes a registry that is available rather than consistent: it answers from what it knows, takes what it is told, and what peers know
 * differently is settled by which side the instance spoke to last. Nothing is stored: clients and peers bring everything back.
 */
export function createRegistry(options: RegistryOptions): Registry {
  const { environment } = options;
  const tell = options.onEvent ?? ((): void => undefined);
  const watchers = new Map<string, Set<() => void>>();
  const renewals = createRenewals({
    environment,
    selfPreservation: options.selfPreservation ?? true,
    windowMs: options.renewalWindowMs ?? 60_000,
  });
  const table = createTable({
    environment,
    renewals,
    changesKeptMs: options.changesKeptMs ?? 180_000,
    onChange: (app) => watchers.get(app)?.forEach((listener) => listener()),
  });
  const peers: readonly Peer[] = (options.peers ?? []).map((peer) =>
    createPeer({ ...peer, environment, current: table.find, onNewer: (info) => void table.register(info, true) }),
  );
  const eviction: Eviction = startEviction({
    environment,
    table,
    renewals,
    probe: options.probe,
    intervalMs: options.evictionIntervalMs ?? 5_000,
    onEvict: ({ app, instanceId: id }, why) => tell({ kind: "evicted", app, id, detail: why }),
  });
  const maxInstances = options.maxInstances ?? 100_000;

  function replicate(
    action: PeerAction,
    [app, id]: readonly [string, string],
    details: Partial<StatusRequest> = {},
  ): void {
    const info = table.find(app, id);
    const isKeptAlive = action === "Register" || action === "Heartbeat";
    const changeKeptMs = action === "Cancel" ? cancelKeptMs : statusKeptMs;
    const keptMs = isKeptAlive ? (info?.leaseInfo.renewalIntervalInSecs ?? 30) * 1_000 : changeKeptMs;
    for (const peer of peers) peer.push({ action, app, id, info, status: details.status, keptMs });
  }

  /** A heartbeat of a peer tells of the override there: whoever heard of the later one is right, so that all agree within one renewal. */
  function takeOverride(mine: InstanceInfo, request: RenewRequest): InstanceInfo {
    const { overriddenStatus = "UNKNOWN", overriddenTimestamp: atMs, status } = request;
    if (atMs === undefined ? !isForeign(mine, request) : atMs <= mine.overriddenTimestamp) return mine;
    const override = overriddenStatus === "UNKNOWN" ? undefined : overriddenStatus;
    const { app, instanceId } = mine;
    const holds = (atMs === undefined ? override : status) ?? override ?? mine.status;
    table.setStatus(app, instanceId, { status: holds, override, lastDirtyTimestamp: undefined, atMs });
    return table.find(app, instanceId) ?? mine;
  }

  return {
    table,
    renewals,
    peers,
    maxInstances,
    register(info, isReplicated) {
      const isKnown = table.find(info.app, info.instanceId) !== undefined;
      if (!isKnown && table.size >= maxInstances) return 503;
      table.register(info, isReplicated);
      if (!isReplicated) replicate("Register", [info.app, info.instanceId]);
      if (!isKnown) tell({ kind: "registered", app: info.app, id: info.instanceId });
      return 204;
    },
    renew(app, id, request) {
      const { isReplicated, lastDirtyTimestamp } = request;
      let mine = table.renew(app, id, isReplicated);
      if (mine === undefined) return { status: 404 };
      if (!isReplicated) replicate("Heartbeat", [app, id]);
      else mine = takeOverride(mine, request);
      if (lastDirtyTimestamp !== undefined && lastDirtyTimestamp > mine.lastDirtyTimestamp) return { status: 404 };
      const isOlder = lastDirtyTimestamp !== undefined && lastDirtyTimestamp < mine.lastDirtyTimestamp;
      return isReplicated && (isOlder || isBehind(mine, request)) ? { status: 409, mine } : { status: 200 };
    },
    cancel(app, id, isReplicated) {
      const isFound = table.cancel(app, id);
      if (!isReplicated && isFound) replicate("Cancel", [app, id]);
      if (isFound) tell({ kind: "cancelled", app, id });
      return isFound ? 200 : 404;
    },
    setStatus(app, id, { isReplicated, status, isRemoval, lastDirtyTimestamp, overriddenTimestamp: atMs }) {
      const override = isRemoval ? undefined : status;
      if (!table.setStatus(app, id, { status, override, lastDirtyTimestamp, atMs })) return 404;
      if (!isReplicated) replicate(isRemoval ? "DeleteStatusOverride" : "StatusUpdate", [app, id], { status });
      return 200;
    },
    setMetadata(app, id, entries) {
      if (!table.setMetadata(app, id, entries)) return 404;
      replicate("Register", [app, id]);
      return 200;
    },
    watch(app, listener) {
      let listeners = watchers.get(app);
      if (listeners === undefined) watchers.set(app, (listeners = new Set()));
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && watchers.get(app) === listeners) watchers.delete(app);
      };
    },
    fill(copies) {
      let count = 0;
      for (const { info, ageMs } of copies) {
        if (table.size >= maxInstances) break;
        table.register(info, true, ageMs);
        count++;
      }
      return count;
    },
    evict: eviction.run,
    close() {
      renewals.close();
      eviction.close();
      watchers.clear();
      for (const peer of peers) peer.close();
    },
  };
}

/** The peer does not know of an override that was set or taken back here. */
function isBehind(
  mine: InstanceInfo,
  { overriddenStatus = "UNKNOWN", overriddenTimestamp = 0 }: RenewRequest,
): boolean {
  return mine.overriddenTimestamp > overriddenTimestamp && mine.overriddenStatus !== overriddenStatus;
}

/** A peer that is none of ours does not say when: as Eureka has it, its override counts together with older data. */
function isForeign(mine: InstanceInfo, { overriddenStatus = "UNKNOWN", lastDirtyTimestamp }: RenewRequest): boolean {
  const isOlder = lastDirtyTimestamp !== undefined && lastDirtyTimestamp < mine.lastDirtyTimestamp;
  return isOlder && overriddenStatus !== "UNKNOWN" && overriddenStatus !== mine.overriddenStatus;
}
