import { limited, pause } from "../../environment/limit.ts";
import { checkEngineTarget, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { keepRegistered } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import type { Target } from "../target.ts";
import { keepWatching } from "../watch-loop.ts";
import { entriesOf } from "./entries.ts";
import { createEurekaDriver } from "./eureka-driver.ts";
import type { EurekaLease } from "./eureka-instance.ts";
import { createServers, type EurekaServers } from "./http.ts";

/** Settings of {@link eureka}. */
export interface EurekaOptions {
  /** Path of the API at the servers. Default: `/eureka` (Spring Cloud); Netflix's own servers have `/eureka/v2`. */
  readonly base?: string | undefined;
  /** Milliseconds between two looks for instances, 1,000 or more. Default: 30,000, as Eureka's own clients. */
  readonly pollMs?: number | undefined;
  /** Connects with TLS. Default: false. */
  readonly tls?: boolean | undefined;
  /** The application that a service is, by its name. Default: in upper case, as Eureka's own clients write it. */
  readonly appOf?: ((service: string) => string) | undefined;
}

const minPollMs = 1_000;
const requestLimitMs = 5_000;

/**
 * Existing Eureka servers as registry and resolver, for targets such as `eureka://host:8761,host2:8761/shop.v1.Orders`. Instances of programs that are
 * not of rpcgen are found too, at their address and port.
 * @throws RangeError for `pollMs` below 1,000
 */
export function eureka(options: EurekaOptions = {}): Registry & Resolver {
  const {
    pollMs = 30_000,
    base = "/eureka",
    tls = false,
    appOf = (service: string) => service.toUpperCase(),
  } = options;
  if (!(pollMs >= minPollMs)) {
    throw new RangeError(`The option "pollMs" is ${String(pollMs)}; expected ${minPollMs} or more milliseconds.`);
  }
  const scheme = "eureka";
  const open = (target: Target): EurekaServers => createServers(target, base, tls);
  return {
    scheme,
    register(target, instance, registerOptions, scope) {
      checkEngineTarget(target, scheme, []);
      const app = appOf(registeredService(target, instance));
      const lease = wholeSeconds(registerOptions.ttlMs);
      return keepRegistered(
        () => createEurekaDriver({ servers: open(target), environment: scope.environment, app, lease }),
        instance,
        registerOptions,
        scope,
      );
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, scheme, []);
      const service = serviceOf(target);
      const path = `/apps/${encodeURIComponent(appOf(service))}`;
      const servers = open(target);
      let wake = new AbortController();
      const list = new InstanceList({ sink, scope, service, graceMs: pollMs, onFault: () => void loop.close() });
      const loop = keepWatching({
        environment: scope.environment,
        onError: (error) => list.fail(error),
        async attempt(signal, onWorking) {
          while (!signal.aborted) {
            const { body } = await ask(servers, path, scope, signal);
            onWorking();
            list.replace(
              entriesOf((body as { application?: { instance?: unknown } } | undefined)?.application?.instance, service),
            );
            list.publish(String(scope.environment.wallClock()));
            wake = new AbortController();
            const ended = (): void => wake.abort();
            signal.addEventListener("abort", ended);
            await pause(scope.environment, pollMs * (0.9 + 0.2 * scope.environment.random()), wake.signal);
            signal.removeEventListener("abort", ended);
          }
        },
      });
      return {
        refresh: () => wake.abort(),
        async close() {
          list.close();
          await loop.close();
          servers.close();
        },
      };
    },
  };
}

/** 200 with instances, or 404 when there are none. @throws Error for every other answer */
async function ask(
  servers: EurekaServers,
  path: string,
  { environment }: EngineScope,
  signal: AbortSignal,
): Promise<{ readonly body: unknown }> {
  const limit = { environment, limitMs: requestLimitMs, what: "Asking Eureka", signal };
  const { status, body } = await limited(limit, (given) => servers.call({ method: "GET", path, signal: given }));
  if (status === 200) return { body };
  if (status === 404) return { body: undefined };
  throw new Error(`Eureka answered ${status} to ${path}.`);
}

/** Eureka's servers read whole seconds. */
function wholeSeconds(ttlMs: number): EurekaLease {
  return {
    renewalIntervalInSecs: Math.max(1, Math.round(ttlMs / 3_000)),
    durationInSecs: Math.max(1, Math.ceil(ttlMs / 1_000)),
  };
}
