import type { InstanceView } from "../discovery/instance-view.ts";
import type { Instance } from "../discovery/instance.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import { addressesOf } from "./cluster-target.ts";
import { fixedView, instanceAt } from "./sole-reach.ts";

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
  lost(instance: Instance): void;
  close(): Promise<void>;
}

/** Finds the instances for the endpoints of a channel. */
export interface InstanceSource {
  /** For errors. */
  readonly target: string;
  /** Known without being asked. */
  readonly known: readonly Instance[] | undefined;
  /** Undefined before the watch has begun. */
  view(): InstanceView | undefined;
  /** Called once, when they are wanted for the first time. Does not call `sink` before it returns. */
  watch(sink: InstanceSink): InstanceWatch;
}

/** The addresses of a list. */
export function createListSource(target: string): InstanceSource {
  const known = addressesOf(target).map(instanceAt);
  return {
    target,
    known,
    view: () => fixedView(known),
    watch: () => ({ lost: () => undefined, close: () => Promise.resolve() }),
  };
}
