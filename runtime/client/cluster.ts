import type { Endpoint } from "../discovery/endpoint.ts";
import type { Instance } from "../discovery/instance.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { nowhere } from "../governance/balance/fitness.ts";
import type { Detector } from "../governance/detector.ts";
import type { Subset } from "../governance/router.ts";
import { routing } from "../governance/routing/routing.ts";
import type { CheckedChannelOptions } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { createBalancers } from "./cluster-balancers.ts";
import type { ClusterEndpoint } from "./cluster-endpoint.ts";
import { createMembers } from "./cluster-members.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { ClusterPick, type Picker } from "./cluster-pick.ts";
import type { InstanceSource, InstanceWatch } from "./cluster-source.ts";
import { clientClosed } from "./connector.ts";
import type { Connections } from "./pool.ts";
import { WaiterSet } from "./waiting-room.ts";

/** The connections of a channel to all its endpoints. */
export interface Cluster extends Connections {
  readonly picker: Picker;
}

/** What a {@link Cluster} needs. */
export interface ClusterSetup {
  readonly channel: CheckedChannelOptions;
  readonly source: InstanceSource;
  readonly options: ClusterOptions;
  /** Told of each change of the state of the whole. */
  readonly onState: (state: ChannelState, previous: ChannelState) => void;
}

/** Endpoints that are connected to at a time while calls wait and none is ready. */
const seekers = 3;

/** @throws TypeError that says which option holds no policy, and what it should be */
function checkOptions({ balancer, router, detectors = [] }: ClusterOptions): void {
  if (balancer !== undefined && typeof balancer?.create !== "function") {
    throw new TypeError('The option "balancer" must be a balancer, as in balancer: roundRobin().');
  }
  if (router !== undefined && typeof router?.route !== "function") {
    throw new TypeError('The option "router" must be a router, as in router: routing([{ to: { version: "1.x" } }]).');
  }
  if (!Array.isArray(detectors) || detectors.some((detector) => typeof detector?.create !== "function")) {
    throw new TypeError('The option "detectors" must be a list of detectors, as in detectors: [outliers()].');
  }
}

/** Nothing is looked for or opened before it is asked for. */
export function createCluster({ channel, source, options, onState }: ClusterSetup): Cluster {
  checkOptions(options);
  const { environment } = channel;
  const { router = routing() } = options;
  const isEager = channel.connect === "eager";
  const waiters = new WaiterSet(channel.limits.maxWaitingCalls);
  const unresolved = new WaiterSet(channel.limits.maxWaitingCalls);
  const members = createMembers({ channel, onState: onMemberState });
  const balancers = createBalancers({ kind: options.balancer, environment });
  const detectors = (options.detectors ?? []).map((kind): Detector => {
    const setEjected = (endpoint: Endpoint, isEjected: boolean): void =>
      (endpoint as ClusterEndpoint).setEjected(isEjected, kind);
    return kind.create({ environment, setEjected });
  });
  let all: Subset = { key: "", endpoints: nowhere };
  let state: ChannelState = "idle";
  let watch: InstanceWatch | undefined;
  let failure: RpcError | undefined;
  let isKnown = false;
  let isClosed = false;
  let closing: Promise<void> | undefined;
  let cursor = 0;

  function update(): void {
    const previous = state;
    state = isClosed ? "closed" : (members.state ?? stateWithoutMembers());
    if (state === "ready") waiters.release((waiter) => waiter.onReady());
    if (state !== previous) onState(state, previous);
  }

  function stateWithoutMembers(): ChannelState {
    if (watch === undefined || isKnown) return "idle";
    return failure === undefined ? "connecting" : "transient_failure";
  }

  function onMemberState(member: ClusterEndpoint, state: ChannelState, previous: ChannelState): void {
    if (state === "ready") member.setReachable(true);
    else if (state === "transient_failure" || previous === "ready") onUnreachable(member);
    update();
  }

  /** New calls go elsewhere from now on; its connection is made again in the background. */
  function onUnreachable(member: ClusterEndpoint): void {
    member.setReachable(false);
    watch?.lost(member.instance);
    // What ends the old connection may still be on the stack.
    if (waiters.size > 0) environment.defer(() => seek(1));
  }

  function setInstances(instances: readonly Instance[]): void {
    if (isClosed) return;
    isKnown = true;
    if (members.set(instances)) {
      all = { key: "", endpoints: members.active };
      for (const detector of detectors) detector.update(all.endpoints);
      balancers.setAll(all);
    }
    if (isEager) for (const member of members.active) member.pool.connect(false);
    else if (waiters.size > 0 && state !== "ready") seek(seekers);
    settleUnresolved();
  }

  function settleUnresolved(): void {
    unresolved.release((waiter) => waiter.onReady());
    update();
  }

  function begin(): void {
    if (watch !== undefined || isClosed) return;
    watch = source.watch({
      update: setInstances,
      error(error) {
        failure = error;
        settleUnresolved();
      },
    });
    update();
  }

  /** Connects to the next ones in turn. */
  function seek(count: number): void {
    const { active } = members;
    if (isClosed || state === "ready") return;
    for (let tries = Math.min(count, active.length); tries > 0; tries--) {
      active[cursor++ % active.length]?.pool.connection();
    }
  }

  function noEndpoint(): RpcError {
    if (all.endpoints.length > 0)
      return unreachable(`No instance of ${source.target} may take this call: its routes lead nowhere.`);
    if (failure !== undefined && !isKnown) return unreachable(failure.message);
    return unreachable(`There is no instance of ${source.target} to call: none is registered that takes calls.`);
  }

  const picker: Picker = {
    get isResolved() {
      return isKnown || failure !== undefined;
    },
    resolving: {
      wait(waiter) {
        if (isClosed) throw clientClosed(source.target);
        unresolved.add(waiter);
        begin();
      },
      leave: (waiter) => unresolved.delete(waiter),
    },
    pick(call, wanted) {
      if (isClosed) throw clientClosed(source.target);
      const subset = router.route(call, all);
      const balancer = balancers.of(subset);
      if (call.endpoint !== undefined) (call.tried ??= []).push(call.endpoint);
      const chosen = wanted ?? balancer.pick(call, call.tried ?? nowhere);
      if (chosen === undefined) throw noEndpoint();
      call.endpoint = chosen;
      return new ClusterPick(chosen as ClusterEndpoint, wanted === undefined ? balancer : undefined, environment.now());
    },
    done(pick, error, isTimed) {
      const { endpoint, balancer, startedMs } = pick as ClusterPick;
      endpoint.callsInProgress--;
      const outcome = { latencyMs: isTimed ? environment.now() - startedMs : undefined, error };
      for (const detector of detectors) detector.observe(endpoint, outcome);
      balancer?.done?.(endpoint, outcome);
    },
    hasOther(call) {
      const { tried, endpoint } = call;
      return router.route(call, all).endpoints.length > new Set<unknown>(tried).add(endpoint).size;
    },
    endpoints: (call) => router.route(call, all).endpoints,
  };

  if (source.known !== undefined) setInstances(source.known);
  return {
    picker,
    get state() {
      return state;
    },
    get size() {
      return members.connections;
    },
    connect(isUrgent) {
      begin();
      members.connect(isUrgent);
      seek(1);
    },
    wait(waiter) {
      if (isClosed) throw clientClosed(source.target);
      waiters.add(waiter);
      begin();
      if (state === "ready") environment.defer(update);
      else seek(seekers);
    },
    leave: (waiter) => waiters.delete(waiter),
    close(graceMs) {
      isClosed = true;
      const closed = Promise.all([watch?.close() ?? Promise.resolve(), members.close(graceMs)]);
      closing ??= closed.then(() => undefined);
      for (const detector of detectors) detector.close?.();
      for (const room of [waiters, unresolved]) room.release((waiter) => waiter.onRefused(clientClosed(source.target)));
      update();
      return closing;
    },
  };
}

function unreachable(message: string): RpcError {
  return new RpcError({ reason: "connect_failed", message });
}
