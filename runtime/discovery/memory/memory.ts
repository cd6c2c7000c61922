import { checkEngineTarget, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { instanceToText } from "../instance-json.ts";
import { keepRegistered, type LeaseDriver } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import type { Timer } from "../../environment/environment.ts";

/** A registry within this process, with the faults that real ones have: for tests and programs of one process. */
export interface MemoryRegistry extends Registry, Resolver {
  readonly scheme: string;
  /** While false, nobody gets an answer; leases run out all the same. */
  setReachable(isReachable: boolean): void;
  /** Forgets all instances and leases. */
  wipe(): void;
}

interface Entry {
  readonly text: string;
  readonly expiry: Timer;
}

interface Shelf {
  readonly entries: Map<string, Entry>;
  readonly watchers: Set<() => void>;
  revision: number;
}

const unreachable = "The memory registry cannot be reached.";

/** Makes a registry for targets such as `local://any/shop.v1.Orders`. @param options.scheme default: `local` */
export function memory(options: { readonly scheme?: string } = {}): MemoryRegistry {
  const { scheme = "local" } = options;
  const shelves = new Map<string, Shelf>();
  let isReachable = true;

  function shelfOf(service: string): Shelf {
    const found = shelves.get(service) ?? { entries: new Map(), watchers: new Set(), revision: 0 };
    shelves.set(service, found);
    return found;
  }

  function drop(shelf: Shelf, id: string): void {
    shelf.entries.get(id)?.expiry.cancel();
    if (shelf.entries.delete(id)) changed(shelf);
  }

  function changed(shelf: Shelf): void {
    shelf.revision++;
    for (const watcher of shelf.watchers) watcher();
  }

  function driver(service: string, ttlMs: number, scope: EngineScope): LeaseDriver {
    const shelf = shelfOf(service);
    let own: { readonly id: string; readonly text: string } | undefined;
    const put = (id: string, text: string): void => {
      shelf.entries.get(id)?.expiry.cancel();
      const isNew = shelf.entries.get(id)?.text !== text;
      shelf.entries.set(id, { text, expiry: scope.environment.setTimer(ttlMs, () => drop(shelf, id)) });
      if (isNew) changed(shelf);
    };
    return {
      async put(instance) {
        if (!isReachable) throw new Error(unreachable);
        own = { id: instance.id, text: instanceToText(instance) };
        put(own.id, own.text);
      },
      async renew() {
        if (!isReachable) throw new Error(unreachable);
        if (own === undefined || shelf.entries.get(own.id)?.text !== own.text) return false;
        put(own.id, own.text);
        return true;
      },
      async remove() {
        if (!isReachable) throw new Error(unreachable);
        if (own !== undefined) drop(shelf, own.id);
      },
      close: async () => undefined,
    };
  }

  return {
    scheme,
    register(target, instance, registerOptions, scope) {
      checkEngineTarget(target, scheme, []);
      const service = registeredService(target, instance);
      return keepRegistered(() => driver(service, registerOptions.ttlMs, scope), instance, registerOptions, scope);
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, scheme, []);
      const service = serviceOf(target);
      const shelf = shelfOf(service);
      const close = (): void => {
        shelf.watchers.delete(tell);
        list.close();
      };
      const list = new InstanceList({ sink, scope, service, graceMs: 0, onFault: close });
      const tell = (): void => {
        if (!isReachable) return list.fail(new Error(unreachable));
        list.replace([...shelf.entries].map(([id, { text }]) => [id, text] as const));
        list.publish(String(shelf.revision));
      };
      shelf.watchers.add(tell);
      scope.environment.yieldTurn(() => {
        if (shelf.watchers.has(tell)) tell();
      });
      return { close: async () => close() };
    },
    setReachable(next) {
      isReachable = next;
      for (const { watchers } of shelves.values()) for (const watcher of watchers) watcher();
    },
    wipe() {
      for (const shelf of shelves.values()) for (const id of [...shelf.entries.keys()]) drop(shelf, id);
    },
  };
}
