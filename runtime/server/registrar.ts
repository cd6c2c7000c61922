import { readInstance } from "../discovery/instance-json.ts";
import type { Instance, InstanceChange } from "../discovery/instance.ts";
import { parseTarget } from "../discovery/parse-target.ts";
import type { Registration, RegistrationState, Registry } from "../discovery/registry.ts";
import type { EngineScope } from "../discovery/resolver.ts";
import type { Target } from "../discovery/target.ts";
import type { Environment } from "../environment/environment.ts";
import { parseAddress } from "../transport/address.ts";

/** Where and how a server makes itself known. */
export interface ServerRegistration {
  /** What keeps instances there: `etcd()`. */
  readonly registry: Registry;
  /** Which registry: `etcd://a:2379,b:2379`. */
  readonly target: string;
  /**
   * Address for callers, `tcp://10.0.0.5:9000`; a port of 0 stands for the one that is listened on. Default: the first address that is listened on, which
   * must then not stand for all interfaces.
   */
  readonly address?: string | undefined;
  /** Default: the address without its scheme. */
  readonly id?: string | undefined;
  /** Services to register. Default: all that were added. */
  readonly services?: readonly string[] | undefined;
  /** Share of the calls, 0 to 10,000. Default: 100. */
  readonly weight?: number | undefined;
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** Where it runs, from the widest to the narrowest part: `eu/eu-1/rack-7`. */
  readonly zone?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly limits?: Instance["limits"];
  /** Milliseconds after which the registry forgets a server that it does not hear from. Default: 15,000. */
  readonly ttlMs?: number | undefined;
  /** Told how each service fares. What it throws is ignored. */
  readonly onState?: ((state: RegistrationState, previous: RegistrationState, service: string) => void) | undefined;
  /** As `log` of a resolver: what is worth a log line. */
  readonly log?: EngineScope["log"];
}

/** Keeps the services of a server registered. */
export interface Registrar {
  /** True when there is anything to register with. */
  readonly isNeeded: boolean;
  /** The server accepts calls at an address. Registers what is not registered yet. @throws TypeError for what cannot be registered */
  listening(address: string, services: readonly string[]): void;
  /** Resolves once every registry has every service. @throws the reason of `signal` when that fires first */
  ready(signal?: AbortSignal): Promise<void>;
  update(change: InstanceChange): Promise<void>;
  /** Takes everything out. Resolves when that is confirmed, or after a second for each registry that does not answer. Idempotent. */
  close(): Promise<void>;
}

const defaultTtlMs = 15_000;

/** @throws TypeError at once for a target that is none */
export function createRegistrar(given: readonly ServerRegistration[], environment: Environment): Registrar {
  const places = given.map((place) => ({
    place,
    target: checkPlace(place),
    registered: new Map<string, Registration>(),
  }));
  let listened: string | undefined;
  let change: InstanceChange = {};
  let isClosed = false;

  function all(): Registration[] {
    return places.flatMap(({ registered }) => [...registered.values()]);
  }

  function listening(address: string, services: readonly string[]): void {
    listened ??= address;
    if (isClosed) return;
    for (const { place, target, registered } of places) {
      for (const service of services) {
        if (registered.has(service) || place.services?.includes(service) === false) continue;
        const instance = readInstance({ ...describe(place, service, listened, environment), ...change });
        registered.set(service, register(place, target, instance));
      }
    }
  }

  function register(place: ServerRegistration, target: Target, instance: Instance): Registration {
    const onState = (state: RegistrationState, previous: RegistrationState): void =>
      place.onState?.(state, previous, instance.service);
    const ttlMs = place.ttlMs ?? defaultTtlMs;
    return place.registry.register(target, instance, { ttlMs, onState }, { environment, log: place.log });
  }

  return {
    isNeeded: places.length > 0,
    listening,
    async ready(signal) {
      await Promise.all(all().map((registration) => registration.ready(signal)));
    },
    async update(next) {
      change = { ...change, ...next };
      await Promise.all(all().map((registration) => registration.update(next)));
    },
    async close() {
      isClosed = true;
      await Promise.all(all().map((registration) => registration.close()));
    },
  };
}

function checkPlace({ registry, target, ttlMs = defaultTtlMs }: ServerRegistration): Target {
  if (typeof registry?.register !== "function") {
    throw new TypeError('A registration needs a registry: { registry: etcd(), target: "etcd://127.0.0.1:2379" }.');
  }
  const parsed = parseTarget(target);
  if (parsed.scheme !== registry.scheme) {
    throw new TypeError(`The registry takes ${registry.scheme}:// targets, not "${parsed.text}".`);
  }
  if (!(ttlMs >= 1_000 && ttlMs <= 3_600_000)) {
    throw new RangeError(
      `ttlMs of a registration is ${String(ttlMs)}; expected milliseconds from a second to an hour.`,
    );
  }
  return parsed;
}

function describe(
  place: ServerRegistration,
  service: string,
  listened: string,
  environment: Environment,
): Readonly<Record<string, unknown>> {
  const address = advertised(place.address, listened);
  const { weight, group, version, aliases, zone, labels, limits } = place;
  const id = place.id ?? address.replace(/^[a-z]+:(?:\/\/)?/, "");
  const startedAtMs = Math.round(environment.wallClock());
  return { id, service, address, weight, group, version, aliases, zone, labels, limits, startedAtMs };
}

/** @throws TypeError when callers could not tell where to go */
function advertised(given: string | undefined, listened: string): string {
  const own = parseAddress(listened);
  if (given === undefined) {
    const isEverywhere = "host" in own && (own.host === "0.0.0.0" || own.host === "::");
    if (!isEverywhere) return own.text;
    throw new TypeError(
      `The server listens on all interfaces (${own.text}); say by which address callers reach it, as in registrations: [{ address: "tcp://10.0.0.5:0" }].`,
    );
  }
  const address = parseAddress(given);
  if (!("port" in address) || address.port !== 0 || !("port" in own)) return address.text;
  return address.text.replace(/:0$/, `:${own.port}`);
}
