import { createFaultProxy, type FaultProxy } from "@rpcgen/runtime/testing";
import { load } from "./load.js";
import { type Child, start } from "./processes.js";
import type { RunningRegistry } from "./registries.js";
import type { Sample } from "./sample.js";

/** The instances, callers and registry of a run, and what can be done to them. */
export interface Cluster {
  readonly registry: RunningRegistry;
  readonly instances: readonly string[];
  /** What the callers saw so far. */
  readonly samples: readonly Sample[];
  /** Ends an instance. @returns its exit code, null when the signal ended it */
  end(instance: string, signal: "SIGKILL" | "SIGTERM"): Promise<number | null>;
  /** Starts it under the same id, at another port. Resolves once it is registered. */
  restart(instance: string): Promise<void>;
  /** Makes each call that an instance begins from now on take so many times as long. */
  slowDown(instance: string, times: number): void;
  /** Between the callers and the last instance. */
  readonly proxy: FaultProxy;
  /** Calls a second of all callers together, from now on. */
  setRate(callsPerSecond: number): void;
}

const service = "cluster.v1.Prices";

/** Starts five instances and two callers. */
export async function startCluster(registry: RunningRegistry): Promise<Cluster> {
  const names = ["i1", "i2", "i3", "i4", "i5"];
  const behindProxy = "i5";
  const samples: Sample[] = [];
  const children = new Map<string, Child>();
  const proxy = await createFaultProxy({ target: "tcp://127.0.0.1:1" });

  async function startInstance(name: string): Promise<void> {
    const behind = name === behindProxy ? [proxy.address] : [];
    const { child, address } = await start("instance", [name, registry.target, ...behind]);
    children.set(name, child);
    if (name === behindProxy) proxy.target = address;
  }

  function find(name: string): Child {
    const child = children.get(name);
    if (child === undefined) throw new Error(`there is no instance ${name}`);
    return child;
  }

  const startCaller = async (method: string): Promise<Child> =>
    (
      await start(
        "caller",
        [method, `${registry.target}/${service}`],
        (message) => void samples.push(message as Sample),
      )
    ).child;

  await Promise.all(names.map(startInstance));
  const callers = await Promise.all(["quote", "reserve"].map(startCaller));
  const cluster: Cluster = {
    registry,
    instances: names,
    samples,
    proxy,
    end: (name, signal) => find(name).end(signal),
    restart: startInstance,
    slowDown: (name, slowness) => find(name).send({ slowness }),
    setRate: (rate) => callers.forEach((caller) => caller.send({ callsPerSecond: rate / callers.length })),
  };
  cluster.setRate(load.usual);
  return cluster;
}
