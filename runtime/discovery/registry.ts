import type { Instance, InstanceChange } from "./instance.ts";
import type { EngineScope } from "./resolver.ts";
import type { Target } from "./target.ts";

/**
 * - `registering`: first try, until the registry has said yes;
 * - `registered`: the lease is alive;
 * - `recovering`: it may have run out; the instance is being registered again, for ever;
 * - `closed`: after {@link Registration.close}.
 */
export type RegistrationState = "registering" | "registered" | "recovering" | "closed";

/** Settings of {@link Registry.register}. */
export interface RegisterOptions {
  /** Milliseconds after which the registry forgets an instance that it has not heard from. Default of callers: 15,000. */
  readonly ttlMs: number;
  /** Told of each change of {@link Registration.state}. What it throws is ignored. */
  readonly onState?: ((state: RegistrationState, previous: RegistrationState) => void) | undefined;
}

/** An instance that is kept registered. */
export interface Registration {
  readonly state: RegistrationState;
  /** Resolves once the registry has it, for the first time. @throws when `signal` fires first */
  ready(signal?: AbortSignal): Promise<void>;
  /** Changes what the registry says of it. Resolves once the registry has it; while it cannot be reached, the last change wins. */
  update(change: InstanceChange): Promise<void>;
  /**
   * Takes the instance out: resolves when the registry has confirmed it, or after at most a second when it does not answer (the lease then runs out).
   * Idempotent.
   */
  close(): Promise<void>;
}

/** Keeps instances in a registry by lease and heartbeat (a third of the ttl, give or take 10 %), and puts them back for ever whatever the registry does. */
export interface Registry {
  readonly scheme: string;
  /**
   * Begins to register; does not wait for it.
   * @param target names the registry; its path, when there is one, the service
   * @throws TypeError at once for a target or instance that it cannot take
   */
  register(target: Target, instance: Instance, options: RegisterOptions, scope: EngineScope): Registration;
}
