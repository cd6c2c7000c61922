import type { Instance } from "../discovery/instance.ts";
import { parseAddress } from "../transport/address.ts";
import type { CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { ClusterEndpoint } from "./cluster-endpoint.ts";
import { Pool } from "./pool.ts";

/** The endpoints of a cluster and their connections. */
export interface Members {
  /** Those that want calls, ordered by id. A new array after each change. */
  readonly active: readonly ClusterEndpoint[];
  /** The best that one of them can say; undefined when there is nothing to say. */
  readonly state: ChannelState | undefined;
  /** Connections that are open. */
  readonly connections: number;
  /** Instances that could not be used: nothing speaks the scheme of their address, or it would not be private. */
  readonly unusable: number;
  /**
   * Makes these the members. Whoever is not named any more gets no calls; its connections are closed when its calls have ended.
   * @returns false when nothing changed
   */
  set(instances: readonly Instance[]): boolean;
  /** Connects those that were connected before. `isUrgent`: failures so far are forgotten. */
  connect(isUrgent: boolean): void;
  close(graceMs: number): Promise<void>;
}

/** What {@link Members} need. */
export interface MembersOptions {
  readonly channel: CheckedChannelOptions;
  /** The connections of a member changed. Not told of those that left. */
  readonly onState: (member: ClusterEndpoint, state: ChannelState, previous: ChannelState) => void;
}

const order: readonly ChannelState[] = ["ready", "connecting", "transient_failure"];

export function createMembers({ channel, onState }: MembersOptions): Members {
  const counts: Record<ChannelState, number> = { idle: 0, connecting: 0, ready: 0, transient_failure: 0, closed: 0 };
  const leaving = new Map<ClusterEndpoint, Promise<void>>();
  let members = new Map<string, ClusterEndpoint>();
  let active: readonly ClusterEndpoint[] = Object.freeze([]);
  let unusable = 0;

  function make(instance: Instance): ClusterEndpoint | undefined {
    try {
      const site = channel.siteOf(parseAddress(instance.address));
      counts.idle++;
      return new ClusterEndpoint(
        instance,
        site,
        (member) =>
          new Pool({
            channel,
            site,
            isKept: true,
            onState: (state, previous) => onPoolState(member, state, previous),
          }),
      );
    } catch {
      unusable++;
      return undefined;
    }
  }

  function onPoolState(member: ClusterEndpoint, state: ChannelState, previous: ChannelState): void {
    if (leaving.has(member)) return;
    counts[previous]--;
    counts[state]++;
    member.state = state;
    onState(member, state, previous);
  }

  function remove(member: ClusterEndpoint): void {
    counts[member.state]--;
    // The calls that it has may go on for as long as it lets them.
    const closed = Promise.resolve().then(() => member.close(Infinity));
    leaving.set(member, closed);
    void closed.then(() => leaving.delete(member));
  }

  function set(instances: readonly Instance[]): boolean {
    const next = new Map<string, ClusterEndpoint>();
    let isChanged = false;
    unusable = 0;
    for (const instance of instances) {
      const key = `${instance.id} ${instance.address}`;
      const member = members.get(key) ?? make(instance);
      if (member === undefined) continue;
      isChanged ||= !members.has(key) || member.instance !== instance;
      const isBack = wantsCalls({ instance }) && !wantsCalls(member);
      member.describe(instance);
      // It waits for its next attempt as if nothing were known of it.
      if (isBack && member.state === "transient_failure") member.pool.connect(true);
      next.set(key, member);
    }
    const gone = [...members].filter(([key]) => !next.has(key));
    members = next;
    for (const [, member] of gone) remove(member);
    if (!isChanged && gone.length === 0) return false;
    active = Object.freeze([...next.values()].filter(wantsCalls).sort(byId));
    return true;
  }

  return {
    get active() {
      return active;
    },
    get state() {
      return order.find((state) => counts[state] > 0);
    },
    get connections() {
      let sum = 0;
      for (const member of members.values()) sum += member.connections;
      return sum;
    },
    get unusable() {
      return unusable;
    },
    set,
    connect(isUrgent) {
      const isEager = channel.connect === "eager";
      for (const member of active) if (isEager || member.state !== "idle") member.pool.connect(isUrgent);
    },
    async close(graceMs) {
      const all = [...members.values(), ...leaving.keys()];
      await Promise.all(all.map((member) => member.close(graceMs)));
      await Promise.all(leaving.values());
    },
  };
}

function wantsCalls({ instance }: Pick<ClusterEndpoint, "instance">): boolean {
  return instance.status === "up" && instance.weight > 0;
}

function byId(left: ClusterEndpoint, right: ClusterEndpoint): number {
  return left.id < right.id ? -1 : left.id > right.id ? 1 : left.address < right.address ? -1 : 1;
}
