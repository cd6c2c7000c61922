import type { Instance } from "../discovery/instance.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { addressesOf } from "./cluster-target.ts";

/** Hears what an {@link InstanceSource} finds. */
export interface InstanceSink {
  /** Always the whole list; an instance that did not change is the same object. */
  update(instances: readonly Instance[]): void;
  /** Nobody can be asked. What was known stays known. */
  error(error: RpcError): void;
}

/** A watch that was begun. */
export interface InstanceWatch {
  /** An instance could not be reached: the list may be old. */
  refresh(): void;
  close(): Promise<void>;
}

/** Finds the instances for the endpoints of a channel. */
export interface InstanceSource {
  /** For errors. */
  readonly target: string;
  /** Known without being asked. */
  readonly known: readonly Instance[] | undefined;
  /** Called once, when they are wanted for the first time. Does not call `sink` before it returns. */
  watch(sink: InstanceSink): InstanceWatch;
}

/** The addresses of a list. */
export function createListSource(target: string): InstanceSource {
  return {
    target,
    known: addressesOf(target).map(instanceAt),
    watch: () => ({ refresh: () => undefined, close: () => Promise.resolve() }),
  };
}

const noLabels = Object.freeze({});

/** An instance of which nothing but the address is known. */
export function instanceAt(address: string): Instance {
  return Object.freeze({ id: address, service: "", address, weight: 100, status: "up", labels: noLabels });
}
