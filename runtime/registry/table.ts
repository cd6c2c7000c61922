import type { Environment } from "../environment/environment.ts";
import type { EurekaStatus, InstanceInfo } from "./instance-info.ts";
import type { Renewals } from "./renewals.ts";
import { type Application, hashOf } from "./write-instance.ts";

/** A registered instance and when its lease was renewed, on the environment's clock. */
interface Lease {
  readonly info: InstanceInfo;
  readonly renewedAtMs: number;
}

/** The instances of a registry and what changed lately. All changes are made here. */
export interface InstanceTable {
  readonly size: number;
  find(app: string, id: string): InstanceInfo | undefined;
  /** The instances whose leases are over. @param graceMs added to their durations */
  expired(graceMs: number): readonly InstanceInfo[];
  /** Renewals owed by the leases that run and were renewed within two of their intervals. */
  alive(): number;
  /**
   * @param ageMs milliseconds since the lease was renewed, as the peer that the instance is from says
   * @returns what is registered now: what was there already when that is newer
   */
  register(info: InstanceInfo, isReplicated: boolean, ageMs?: number): InstanceInfo;
  /** @returns the instance, or undefined when it has to register (again) */
  renew(app: string, id: string, isReplicated: boolean): InstanceInfo | undefined;
  /** @returns false when it was not there */
  cancel(app: string, id: string): boolean;
  /**
   * Sets the status over the head of the instance; `override` undefined takes that back and `status` is what holds until it says itself. Without effect
   * when something later is known.
   */
  setStatus(app: string, id: string, change: StatusChange): boolean;
  setMetadata(app: string, id: string, entries: Readonly<Record<string, string>>): boolean;
  readonly overrides: Readonly<Record<string, EurekaStatus>>;
  /** Sorted by name. */
  applications(): readonly Application[];
  application(name: string): Application | undefined;
  /** What changed within the time that changes are kept; the hash is that of everything. */
  changes(): { readonly applications: readonly Application[]; readonly hash: string };
  /** Counts changes. */
  readonly version: number;
}

/** @see InstanceTable.setStatus */
export interface StatusChange {
  readonly status: EurekaStatus;
  readonly override: EurekaStatus | undefined;
  readonly lastDirtyTimestamp: number | undefined;
  /** When it was set, as the registry where that happened says. Default: now. */
  readonly atMs?: number | undefined;
}

type Override = Pick<InstanceInfo, "overriddenStatus" | "overriddenTimestamp">;

/** Settings of {@link createTable}. */
export interface TableOptions {
  readonly environment: Environment;
  readonly renewals: Renewals;
  /** Milliseconds that changes can be asked for. */
  readonly changesKeptMs: number;
  /** Called after each change. */
  readonly onChange: (app: string, id: string) => void;
}

interface Change {
  readonly info: InstanceInfo;
  readonly atMs: number;
}

export function createTable({ environment, renewals, changesKeptMs, onChange }: TableOptions): InstanceTable {
  const apps = new Map<string, Map<string, Lease>>();
  /** By application and id, the oldest first. */
  const recent = new Map<string, Change>();
  let size = 0;
  let version = 0;

  const lease = (app: string, id: string): Lease | undefined => apps.get(app)?.get(id);

  function put(info: InstanceInfo, ageMs: number): void {
    let instances = apps.get(info.app);
    if (instances === undefined) apps.set(info.app, (instances = new Map()));
    const previous = instances.get(info.instanceId);
    if (previous === undefined) size++;
    else renewals.expect(previous.info.leaseInfo.renewalIntervalInSecs, -1);
    renewals.expect(info.leaseInfo.renewalIntervalInSecs, 1);
    // Of two ages the younger counts: a copy makes no lease older that was renewed here.
    const renewedAtMs = Math.max(environment.now() - ageMs, previous?.renewedAtMs ?? -Infinity);
    instances.set(info.instanceId, { info, renewedAtMs });
  }

  /** The lease goes on: nothing that renewals are counted by has changed. */
  function keep(info: InstanceInfo): void {
    apps.get(info.app)?.set(info.instanceId, { info, renewedAtMs: environment.now() });
  }

  function note(info: InstanceInfo): void {
    const key = keyOf(info.app, info.instanceId);
    recent.delete(key);
    recent.set(key, { info, atMs: environment.now() });
    version++;
    forgetOld();
    onChange(info.app, info.instanceId);
  }

  function forgetOld(): void {
    const before = environment.now() - changesKeptMs;
    for (const [key, { atMs }] of recent) {
      if (atMs >= before) return;
      recent.delete(key);
    }
  }

  /** What an instance says of itself counts when it cannot serve; then what an operator set; then what was known of it. */
  function statusFor(info: InstanceInfo, known: EurekaStatus | undefined): EurekaStatus {
    if (info.status !== "UP" && info.status !== "OUT_OF_SERVICE") return info.status;
    if (info.overriddenStatus !== "UNKNOWN") return info.overriddenStatus;
    return known === "UP" || known === "OUT_OF_SERVICE" ? known : info.status;
  }

  /** The later override of the two, however old the rest of the instance is. What an instance itself brings counts only where nothing is known. */
  function overrideFor(given: InstanceInfo, existing: InstanceInfo | undefined): Override {
    const isKnown = existing !== undefined && existing.overriddenTimestamp > 0;
    const { overriddenStatus, overriddenTimestamp } =
      isKnown && existing.overriddenTimestamp >= given.overriddenTimestamp ? existing : given;
    const isDated = overriddenTimestamp > 0 || overriddenStatus === "UNKNOWN";
    return { overriddenStatus, overriddenTimestamp: isDated ? overriddenTimestamp : environment.wallClock() };
  }

  function register(given: InstanceInfo, isReplicated: boolean, ageMs = 0): InstanceInfo {
    const existing = lease(given.app, given.instanceId)?.info;
    const newer = existing !== undefined && existing.lastDirtyTimestamp > given.lastDirtyTimestamp ? existing : given;
    const override = overrideFor(given, existing);
    // What holds without the override that was taken back is known to who heard of that.
    const isTakenBack =
      given.overriddenTimestamp === override.overriddenTimestamp && override.overriddenStatus === "UNKNOWN";
    const own = isTakenBack && override.overriddenTimestamp > 0 ? given.status : newer.status;
    const info: InstanceInfo = { ...newer, status: own, ...override };
    const wall = environment.wallClock();
    const status = statusFor(info, isReplicated ? undefined : existing?.status);
    const registered: InstanceInfo = {
      ...info,
      status,
      actionType: "ADDED",
      lastUpdatedTimestamp: wall,
      leaseInfo: {
        ...info.leaseInfo,
        registrationTimestamp: existing?.leaseInfo.registrationTimestamp ?? wall,
        lastRenewalTimestamp: Math.max(wall - ageMs, existing?.leaseInfo.lastRenewalTimestamp ?? 0),
        evictionTimestamp: 0,
        serviceUpTimestamp: existing?.leaseInfo.serviceUpTimestamp ?? (status === "UP" ? wall : 0),
      },
    };
    put(registered, ageMs);
    note(registered);
    return registered;
  }

  function renew(app: string, id: string, isReplicated: boolean): InstanceInfo | undefined {
    const found = lease(app, id);
    if (found === undefined) return undefined;
    const status = statusFor(found.info, isReplicated ? undefined : found.info.status);
    if (status === "UNKNOWN") return undefined;
    renewals.count();
    const leaseInfo = { ...found.info.leaseInfo, lastRenewalTimestamp: environment.wallClock() };
    const info: InstanceInfo = { ...found.info, leaseInfo, status };
    keep(info);
    if (status !== found.info.status) note({ ...info, actionType: "MODIFIED" });
    return info;
  }

  function cancel(app: string, id: string): boolean {
    const instances = apps.get(app);
    const found = instances?.get(id);
    if (instances === undefined || found === undefined) return false;
    instances.delete(id);
    if (instances.size === 0) apps.delete(app);
    size--;
    renewals.expect(found.info.leaseInfo.renewalIntervalInSecs, -1);
    note({ ...found.info, actionType: "DELETED", lastUpdatedTimestamp: environment.wallClock() });
    return true;
  }

  function modify(app: string, id: string, change: Partial<InstanceInfo>): boolean {
    const found = lease(app, id);
    if (found === undefined) return false;
    const wall = environment.wallClock();
    const leaseInfo = { ...found.info.leaseInfo, lastRenewalTimestamp: wall };
    const info: InstanceInfo = {
      ...found.info,
      ...change,
      leaseInfo,
      lastUpdatedTimestamp: wall,
      actionType: "MODIFIED",
    };
    keep(info);
    note(info);
    return true;
  }

  function setStatus(app: string, id: string, change: StatusChange): boolean {
    const existing = lease(app, id)?.info;
    if (existing === undefined) return false;
    const { status, override = "UNKNOWN", lastDirtyTimestamp, atMs } = change;
    if (atMs !== undefined && atMs < existing.overriddenTimestamp) return true;
    return modify(app, id, {
      status,
      overriddenStatus: override,
      // Later than what it takes the place of, also where another registry's clock is ahead.
      overriddenTimestamp: atMs ?? Math.max(environment.wallClock(), existing.overriddenTimestamp + 1),
      lastDirtyTimestamp: Math.max(existing.lastDirtyTimestamp, lastDirtyTimestamp ?? 0),
    });
  }

  function applications(): readonly Application[] {
    return [...apps]
      .map(([name, instances]) => ({ name, instances: [...instances.values()].map(({ info }) => info) }))
      .toSorted(byName);
  }

  return {
    get size() {
      return size;
    },
    find: (app, id) => lease(app, id)?.info,
    expired(graceMs) {
      const now = environment.now();
      const isOver = ({ info, renewedAtMs }: Lease): boolean =>
        now > renewedAtMs + info.leaseInfo.durationInSecs * 1_000 + graceMs;
      return [...apps.values()].flatMap((instances) => [...instances.values()].filter(isOver).map(({ info }) => info));
    },
    alive() {
      const now = environment.now();
      let sum = 0;
      for (const instances of apps.values()) {
        for (const { info, renewedAtMs } of instances.values()) {
          const { renewalIntervalInSecs, durationInSecs } = info.leaseInfo;
          const isRenewed = now <= renewedAtMs + Math.min(2 * renewalIntervalInSecs, durationInSecs) * 1_000;
          if (isRenewed) sum += renewals.owedBy(renewalIntervalInSecs);
        }
      }
      return sum;
    },
    register,
    renew,
    cancel,
    setStatus,
    setMetadata(app, id, entries) {
      const existing = lease(app, id)?.info;
      if (existing === undefined) return false;
      const metadata = Object.assign(Object.create(null), existing.metadata, entries) as Record<string, string>;
      return modify(app, id, { metadata, lastDirtyTimestamp: environment.wallClock() });
    },
    get overrides() {
      const overridden: [string, EurekaStatus][] = [];
      for (const [app, instances] of apps) {
        for (const [id, { info }] of instances) {
          if (info.overriddenStatus !== "UNKNOWN") overridden.push([keyOf(app, id), info.overriddenStatus]);
        }
      }
      return Object.fromEntries(overridden);
    },
    applications,
    application(name) {
      const instances = apps.get(name);
      return instances && { name, instances: [...instances.values()].map(({ info }) => info) };
    },
    changes() {
      forgetOld();
      return { applications: groups([...recent.values()].map(({ info }) => info)), hash: hashOf(applications()) };
    },
    get version() {
      return version;
    },
  };
}

function groups(instances: readonly InstanceInfo[]): readonly Application[] {
  const byApp = new Map<string, InstanceInfo[]>();
  for (const info of instances) {
    const group = byApp.get(info.app);
    if (group === undefined) byApp.set(info.app, [info]);
    else group.push(info);
  }
  return [...byApp].map(([name, members]) => ({ name, instances: members })).toSorted(byName);
}

function byName(a: Application, b: Application): number {
  return a.name < b.name ? -1 : 1;
}

/** Application names hold no slash: they come from a segment of a path. */
function keyOf(app: string, id: string): string {
  return `${app}/${id}`;
}
