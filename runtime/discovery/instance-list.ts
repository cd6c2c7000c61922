import type { Timer } from "../environment/environment.ts";
import { readInstanceText } from "./instance-json.ts";
import type { Instance } from "./instance.ts";
import { messageOf } from "./lease.ts";
import type { EngineScope, ResolverSink } from "./resolver.ts";

/** Instances of one service that are kept; what is beyond is left out and logged. */
export const maxInstances = 10_000;

/** What {@link InstanceList} tells its sink, and how long it is in doubt after data were lost. */
export interface InstanceListOptions {
  readonly sink: ResolverSink;
  readonly scope: EngineScope;
  readonly service: string;
  /** Milliseconds in which all instances have registered again: snapshots are not complete so long after {@link InstanceList.doubt}. */
  readonly graceMs: number;
  /** The sink threw. */
  readonly onFault: () => void;
}

/** The instances that a registry names, by key, told to a sink as snapshots: changes that come together make one. */
export class InstanceList {
  private readonly options: InstanceListOptions;
  private instances: Map<string, Instance>;
  private revision: string;
  private isPublishing: boolean;
  private isClosed: boolean;
  private doubtTimer: Timer | undefined;

  constructor(options: InstanceListOptions) {
    this.options = options;
    this.instances = new Map();
    this.revision = "";
    this.isPublishing = false;
    this.isClosed = false;
    this.doubtTimer = undefined;
  }

  /** How many are known. */
  get size(): number {
    return this.instances.size;
  }

  /** Puts or replaces what stands under a key. What is no instance of the service is left out: one bad entry does not hide the others. */
  set(key: string, text: string): void {
    this.put(this.instances, key, text);
  }

  delete(key: string): void {
    this.instances.delete(key);
  }

  /** Takes over a whole list. */
  replace(entries: Iterable<readonly [key: string, text: string]>): void {
    const instances = new Map<string, Instance>();
    for (const [key, text] of entries) this.put(instances, key, text);
    this.instances = instances;
  }

  private put(instances: Map<string, Instance>, key: string, text: string): void {
    const { scope, service } = this.options;
    try {
      const instance = readInstanceText(text);
      if (instance.service !== service) throw new TypeError(`It offers "${instance.service}".`);
      if (instances.size >= maxInstances && !instances.has(key))
        throw new RangeError(`There are over ${maxInstances}.`);
      instances.set(key, instance);
    } catch (error) {
      instances.delete(key);
      scope.log?.("an instance was left out", { service, key, error: messageOf(error) });
    }
  }

  /** The registry lost data: for a while, not all instances may have come back. */
  doubt(): void {
    if (this.isClosed) return;
    const { scope, service, graceMs } = this.options;
    scope.log?.("the registry may have lost instances", { service });
    this.doubtTimer?.cancel();
    this.doubtTimer = scope.environment.setTimer(graceMs, () => {
      this.doubtTimer = undefined;
      this.emit();
    });
  }

  /** Tells the sink in a later turn what is known now. */
  publish(revision: string): void {
    this.revision = revision;
    if (this.isPublishing || this.isClosed) return;
    this.isPublishing = true;
    this.options.scope.environment.yieldTurn(() => {
      this.isPublishing = false;
      this.emit();
    });
  }

  private emit(): void {
    if (this.isClosed) return;
    const atMs = this.options.scope.environment.wallClock();
    const instances = Object.freeze([...this.instances.values()]);
    const complete = this.doubtTimer === undefined;
    this.tell((sink) => sink.update(Object.freeze({ instances, revision: this.revision, complete, atMs })));
  }

  /** Tells the sink that the registry cannot be asked. */
  fail(error: Error): void {
    if (!this.isClosed) this.tell((sink) => sink.error(error));
  }

  private tell(action: (sink: ResolverSink) => void): void {
    const { sink, scope, service, onFault } = this.options;
    try {
      action(sink);
    } catch (error) {
      scope.log?.("a watch stopped because its sink threw", { service, error: messageOf(error) });
      this.close();
      onFault();
    }
  }

  /** The sink hears no more. */
  close(): void {
    this.isClosed = true;
    this.doubtTimer?.cancel();
    this.doubtTimer = undefined;
  }
}
