import type { Timer } from "../environment/environment.ts";
import type { Instance, InstanceChange } from "../discovery/instance.ts";
import type { RegisterOptions, Registration, RegistrationState, Registry } from "../discovery/registry.ts";
import type { EngineScope, Resolver, ResolverSink, ResolverWatch } from "../discovery/resolver.ts";
import type { Target } from "../discovery/target.ts";

/** A registry inside a test, with faults on demand. Targets are `<scheme>:///<service>`. */
export interface MemoryRegistry extends Registry, Resolver {
  /** What it says of a service now, by id. */
  instances(service: string): readonly Instance[];
  /** Says that these are the instances of a service, whoever registered. */
  set(service: string, instances: readonly Instance[], isComplete?: boolean): void;
  /** While true it cannot be reached: watches hear an error, heartbeats are lost and leases run out. */
  isDown: boolean;
  /** Loses all that it knows, as when its data are wiped. */
  forget(): void;
  /** Times that a watch asked to look again. */
  readonly refreshes: number;
}

interface Lease {
  readonly instance: Instance;
  expiresMs: number;
}

/** @param scheme of its targets. Default: `test` */
export function createMemoryRegistry(scheme = "test"): MemoryRegistry {
  const services = new Map<string, Map<string, Lease>>();
  const watches = new Map<ResolverSink, { readonly service: string; readonly scope: EngineScope }>();
  let revision = 0;
  let isDown = false;
  let refreshes = 0;

  function leases(service: string): Map<string, Lease> {
    const found = services.get(service) ?? new Map<string, Lease>();
    services.set(service, found);
    return found;
  }

  function instances(service: string): readonly Instance[] {
    return [...leases(service).values()].map(({ instance }) => instance);
  }

  function tell(service: string, isComplete = true): void {
    revision++;
    for (const [sink, watch] of watches) if (watch.service === service) tellOne(sink, watch.scope, service, isComplete);
  }

  function tellOne(sink: ResolverSink, { environment }: EngineScope, service: string, complete: boolean): void {
    environment.setTimer(0, () => {
      if (!watches.has(sink)) return;
      if (isDown) return sink.error(new Error("The registry is down."));
      const atMs = environment.wallClock();
      sink.update({ instances: instances(service), revision: String(revision), complete, atMs });
    });
  }

  function tellAll(): void {
    for (const [sink, { service, scope }] of watches) tellOne(sink, scope, service, true);
  }

  function put(instance: Instance, expiresMs: number): void {
    leases(instance.service).set(instance.id, { instance, expiresMs });
    tell(instance.service);
  }

  function remove(service: string, id: string): void {
    if (leases(service).delete(id)) tell(service);
  }

  return {
    scheme,
    instances,
    set(service, list, isComplete = true) {
      services.set(service, new Map(list.map((instance) => [instance.id, { instance, expiresMs: Infinity }])));
      tell(service, isComplete);
    },
    get isDown() {
      return isDown;
    },
    set isDown(value) {
      isDown = value;
      tellAll();
    },
    forget() {
      services.clear();
      tellAll();
    },
    get refreshes() {
      return refreshes;
    },
    watch(target, sink, scope): ResolverWatch {
      const service = serviceOf(target);
      watches.set(sink, { service, scope });
      tellOne(sink, scope, service, true);
      return {
        refresh: () => void refreshes++,
        close() {
          watches.delete(sink);
          return Promise.resolve();
        },
      };
    },
    register: (target, instance, options, scope) =>
      new MemoryRegistration({ ...instance, service: serviceOf(target) || instance.service }, options, scope, {
        put,
        remove,
        isDown: () => isDown,
        has: (service, id) => leases(service).has(id),
      }),
  };
}

interface Store {
  put(instance: Instance, expiresMs: number): void;
  remove(service: string, id: string): void;
  isDown(): boolean;
  has(service: string, id: string): boolean;
}

/** registering -> registered, closed; registered <-> recovering (the registry is down, or forgot it); any -> closed. */
class MemoryRegistration implements Registration {
  state: RegistrationState;
  readonly #options: RegisterOptions;
  readonly #scope: EngineScope;
  readonly #store: Store;
  readonly #waiting: (() => void)[];
  #instance: Instance;
  #beat: Timer | undefined;
  #expiry: Timer | undefined;

  constructor(instance: Instance, options: RegisterOptions, scope: EngineScope, store: Store) {
    this.state = "registering";
    this.#options = options;
    this.#scope = scope;
    this.#store = store;
    this.#waiting = [];
    this.#instance = instance;
    this.#beat = undefined;
    this.#expiry = undefined;
    this.#arm(0);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    if (this.state === "registered") return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }

  update(change: InstanceChange): Promise<void> {
    this.#instance = { ...this.#instance, ...change };
    if (this.state === "closed") return Promise.resolve();
    const done = this.#store.isDown() ? new Promise<void>((resolve) => this.#waiting.push(resolve)) : Promise.resolve();
    this.#write();
    return done;
  }

  close(): Promise<void> {
    if (this.state === "closed") return Promise.resolve();
    this.#beat?.cancel();
    this.#enter("closed");
    if (this.#store.isDown()) return Promise.resolve();
    this.#expiry?.cancel();
    this.#store.remove(this.#instance.service, this.#instance.id);
    return Promise.resolve();
  }

  #arm(delayMs: number): void {
    this.#beat = this.#scope.environment.setTimer(delayMs, () => {
      const { service, id } = this.#instance;
      if (this.#store.isDown() || this.state !== "registered" || !this.#store.has(service, id)) this.#write();
      else this.#renew();
      this.#arm(this.#options.ttlMs / 3);
    });
    this.#beat.unref();
  }

  #write(): void {
    if (this.#store.isDown()) {
      if (this.state === "registered") this.#enter("recovering");
      return;
    }
    this.#store.put(this.#instance, this.#scope.environment.now() + this.#options.ttlMs);
    this.#renew();
    this.#enter("registered");
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #renew(): void {
    this.#expiry?.cancel();
    const { service, id } = this.#instance;
    this.#expiry = this.#scope.environment.setTimer(this.#options.ttlMs, () => this.#store.remove(service, id));
    this.#expiry.unref();
  }

  #enter(state: RegistrationState): void {
    const previous = this.state;
    if (state === previous) return;
    this.state = state;
    try {
      this.#options.onState?.(state, previous);
    } catch {
      // As documented.
    }
  }
}

function serviceOf({ path }: Target): string {
  return path;
}
