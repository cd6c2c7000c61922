import type { Timer } from "../environment/environment.ts";
import { backoffMs, limited, pause } from "../environment/limit.ts";
import { readInstance } from "./instance-json.ts";
import type { Instance, InstanceChange } from "./instance.ts";
import type { Registration, RegisterOptions, RegistrationState } from "./registry.ts";
import type { EngineScope } from "./resolver.ts";

/** What an engine does for one registered instance. Calls never overlap; each is given up when its signal fires. */
export interface LeaseDriver {
  /** Puts the instance with a lease, or replaces what the registry says of it. Resolves once the registry has confirmed it. */
  put(instance: Instance, signal: AbortSignal): Promise<void>;
  /** Renews the lease. Resolves with false when the registry answered and does not have the instance as it was put. */
  renew(signal: AbortSignal): Promise<boolean>;
  /** Takes the instance out. Also called when no `put` succeeded: one may have been carried out all the same. */
  remove(signal: AbortSignal): Promise<void>;
  /** Gives back what it holds. Called once, last. */
  close(): Promise<void>;
}

/** Milliseconds that {@link Registration.close} waits for the registry. */
const closeLimitMs = 1_000;
const minTtlMs = 1_000;
const maxTtlMs = 86_400_000;

/**
 * Keeps an instance registered through a driver, which is opened once all else was checked: put it, renew it at a third of its ttl (give or take 10 %), put it back for ever.
 * @throws TypeError or RangeError for an instance or ttl that cannot be registered
 */
export function keepRegistered(
  openDriver: () => LeaseDriver,
  instance: Instance,
  options: RegisterOptions,
  scope: EngineScope,
): Registration {
  const { ttlMs } = options;
  if (!(ttlMs >= minTtlMs && ttlMs <= maxTtlMs)) {
    throw new RangeError(`ttlMs is ${String(ttlMs)}; expected milliseconds from ${minTtlMs} to ${maxTtlMs}.`);
  }
  const checked = readInstance(instance);
  return new LeasedRegistration(openDriver(), checked, options, scope);
}

interface Waiter {
  readonly version: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * - `registering`: from the start until the first `put` succeeded;
 * - `registered`: a `put` or `renew` succeeded, sent less than a ttl ago;
 * - `recovering`: a ttl has passed since then, or the registry said that it does not have the instance; left through `put`;
 * - `closed`: after `close`, for ever.
 */
class LeasedRegistration implements Registration {
  state: RegistrationState;
  private readonly driver: LeaseDriver;
  private readonly options: RegisterOptions;
  private readonly scope: EngineScope;
  private readonly closing: AbortController;
  private readonly waiters: Set<Waiter>;
  private readonly loop: Promise<void>;
  private instance: Instance;
  /** Counts changes of the instance; the registry has the one that is confirmed. */
  private version: number;
  private confirmedVersion: number;
  /** Ends the wait between two beats. */
  private alarm: AbortController;
  private expiry: Timer | undefined;
  private closed: Promise<void> | undefined;

  constructor(driver: LeaseDriver, instance: Instance, options: RegisterOptions, scope: EngineScope) {
    this.state = "registering";
    this.driver = driver;
    this.options = options;
    this.scope = scope;
    this.closing = new AbortController();
    this.waiters = new Set();
    this.instance = instance;
    this.version = 1;
    this.confirmedVersion = 0;
    this.alarm = new AbortController();
    this.expiry = undefined;
    this.closed = undefined;
    this.loop = Promise.resolve().then(() => this.run());
  }

  ready(signal?: AbortSignal): Promise<void> {
    return this.confirmed(1, signal);
  }

  async update(change: InstanceChange): Promise<void> {
    if (this.state === "closed") throw closedError(this.instance);
    this.instance = readInstance({ ...this.instance, ...change });
    this.version++;
    this.alarm.abort();
    await this.confirmed(this.version);
  }

  close(): Promise<void> {
    return (this.closed ??= this.closeOnce());
  }

  private async closeOnce(): Promise<void> {
    this.setState("closed");
    this.expiry?.cancel();
    const error = closedError(this.instance);
    this.closing.abort(error);
    this.alarm.abort();
    for (const { reject } of this.waiters) reject(error);
    this.waiters.clear();
    await this.loop;
    const { environment } = this.scope;
    try {
      const limit = { environment, limitMs: closeLimitMs, what: "Taking an instance out" };
      await limited(limit, (signal) => this.driver.remove(signal));
    } catch (error) {
      this.log("not taken out, its lease will run out", error);
    } finally {
      await this.driver.close();
    }
  }

  private confirmed(version: number, signal?: AbortSignal): Promise<void> {
    if (this.confirmedVersion >= version) return Promise.resolve();
    if (this.state === "closed") return Promise.reject(closedError(this.instance));
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      const leave = (): void => {
        this.waiters.delete(waiter);
        signal?.removeEventListener("abort", onAbort);
      };
      const onAbort = (): void => waiter.reject(signal?.reason);
      const waiter: Waiter = {
        version,
        resolve: () => {
          leave();
          resolve();
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      this.waiters.add(waiter);
      signal?.addEventListener("abort", onAbort);
    });
  }

  private async run(): Promise<void> {
    const { environment } = this.scope;
    let failures = 0;
    while (this.state !== "closed") {
      this.alarm = new AbortController();
      const begunMs = environment.now();
      try {
        await this.beat();
        failures = 0;
      } catch (error) {
        if (this.closing.signal.aborted) return;
        failures++;
        this.log("no answer to a beat", error);
      }
      const waitMs = failures > 0 ? backoffMs(environment, failures) : this.beatMs() - (environment.now() - begunMs);
      await pause(environment, Math.max(0, waitMs), this.alarm.signal);
    }
  }

  private beatMs(): number {
    return (this.options.ttlMs / 3) * (0.9 + 0.2 * this.scope.environment.random());
  }

  private async beat(): Promise<void> {
    const sentMs = this.scope.environment.now();
    const version = this.version;
    if (this.state === "registered" && this.confirmedVersion === version) {
      if (await this.ask("Renewing a lease", (signal) => this.driver.renew(signal)))
        return this.confirm(version, sentMs);
      this.log("the registry has lost the instance");
      this.setState("recovering");
    }
    const instance = this.instance;
    await this.ask("Registering an instance", (signal) => this.driver.put(instance, signal));
    this.confirm(version, sentMs);
  }

  private ask<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limitMs = Math.max(500, Math.min(5_000, this.options.ttlMs / 3));
    return limited({ environment: this.scope.environment, limitMs, what, signal: this.closing.signal }, work);
  }

  private confirm(version: number, sentMs: number): void {
    if (this.state === "closed") return;
    const { environment } = this.scope;
    this.confirmedVersion = version;
    this.expiry?.cancel();
    const leftMs = sentMs + this.options.ttlMs - environment.now();
    this.expiry = environment.setTimer(Math.max(0, leftMs), () => this.expire());
    this.setState("registered");
    for (const waiter of [...this.waiters]) if (waiter.version <= version) waiter.resolve();
  }

  private expire(): void {
    if (this.state !== "registered") return;
    this.log("the lease may have run out");
    this.setState("recovering");
    this.alarm.abort();
  }

  private setState(state: RegistrationState): void {
    const previous = this.state;
    if (previous === state) return;
    this.state = state;
    try {
      this.options.onState?.(state, previous);
    } catch {
      // The listener's own fault; the registration does not depend on it.
    }
  }

  private log(event: string, error?: unknown): void {
    const { id, service } = this.instance;
    this.scope.log?.(event, error === undefined ? { service, id } : { service, id, error: messageOf(error) });
  }
}

function closedError({ id, service }: Instance): Error {
  return new Error(`The registration of ${service} ${id} was closed.`);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
