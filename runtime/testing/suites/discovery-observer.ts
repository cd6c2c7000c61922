import type { Instance } from "../../discovery/instance.ts";
import type { RegistrationState } from "../../discovery/registry.ts";
import type { ResolverSink, Snapshot } from "../../discovery/resolver.ts";
import type { Environment } from "../../environment/environment.ts";

/** A sink that remembers, and lets a test wait for what it hears. */
export interface DiscoveryObserver extends ResolverSink {
  readonly snapshots: readonly Snapshot[];
  readonly errors: readonly Error[];
  /** The instances of the last snapshot, by id. */
  ids(): readonly string[];
  find(id: string): Instance | undefined;
  /** Waits until the last snapshot satisfies a condition. @throws Error that says what was waited for and what is there instead */
  until(what: string, condition: (snapshot: Snapshot) => boolean): Promise<Snapshot>;
  /** Waits for exactly these ids. */
  untilIds(...ids: readonly string[]): Promise<Snapshot>;
}

/** @param limitMs how long a wait may take */
export function createObserver(environment: Environment, limitMs: number): DiscoveryObserver {
  const snapshots: Snapshot[] = [];
  const errors: Error[] = [];
  const news = createNews(environment, limitMs);
  const last = (): Snapshot | undefined => snapshots.at(-1);
  const ids = (): readonly string[] => (last()?.instances ?? []).map(({ id }) => id).sort();
  const describe = (): string =>
    `${JSON.stringify(ids())} after ${snapshots.length} snapshots, last error: ${errors.at(-1)?.message ?? "none"}`;

  async function until(what: string, condition: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
    return news.until(what, describe, () => {
      const snapshot = last();
      return snapshot !== undefined && condition(snapshot) ? snapshot : undefined;
    });
  }

  return {
    snapshots,
    errors,
    ids,
    find: (id) => last()?.instances.find((instance) => instance.id === id),
    until,
    untilIds: (...wanted) =>
      until(`the instances ${JSON.stringify(wanted)}`, () => ids().join() === [...wanted].sort().join()),
    update(snapshot) {
      snapshots.push(snapshot);
      news.tell();
    },
    error(error) {
      errors.push(error);
      news.tell();
    },
  };
}

/** States that a registration went through. */
export interface StateObserver {
  readonly states: readonly RegistrationState[];
  readonly onState: (state: RegistrationState) => void;
  /** Waits until a state was reached, counting from the call. */
  next(state: RegistrationState): Promise<void>;
}

export function createStateObserver(environment: Environment, limitMs: number): StateObserver {
  const states: RegistrationState[] = [];
  const news = createNews(environment, limitMs);
  return {
    states,
    onState(state) {
      states.push(state);
      news.tell();
    },
    async next(state) {
      const from = states.length;
      await news.until(
        `the state ${state}`,
        () => states.join(),
        () => states.slice(from).includes(state) || undefined,
      );
    },
  };
}

interface News {
  tell(): void;
  until<T>(what: string, describe: () => string, look: () => T | undefined): Promise<T>;
}

function createNews(environment: Environment, limitMs: number): News {
  const listeners = new Set<() => void>();
  return {
    tell() {
      for (const listener of [...listeners]) listener();
    },
    until: (what, describe, look) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = look();
          if (found === undefined) return;
          timer.cancel();
          listeners.delete(check);
          resolve(found);
        };
        const timer = environment.setTimer(limitMs, () => {
          listeners.delete(check);
          reject(new Error(`Waited ${limitMs} ms for ${what}; there is ${describe()}.`));
        });
        listeners.add(check);
        check();
      }),
  };
}

/** An environment that counts the timers that are set. */
export function countTimers(environment: Environment): { readonly environment: Environment; pending(): number } {
  let pending = 0;
  const counting: Environment = {
    now: () => environment.now(),
    wallClock: () => environment.wallClock(),
    defer: (action) => environment.defer(action),
    yieldTurn: (action) => environment.yieldTurn(action),
    random: () => environment.random(),
    randomBytes: (count) => environment.randomBytes(count),
    setTimer(delayMs, action) {
      let isSet = true;
      const end = (): void => {
        if (isSet) pending--;
        isSet = false;
      };
      pending++;
      const timer = environment.setTimer(delayMs, () => {
        end();
        action();
      });
      return {
        cancel() {
          end();
          timer.cancel();
        },
        ref: () => timer.ref(),
        unref: () => timer.unref(),
      };
    },
  };
  return { environment: counting, pending: () => pending };
}
