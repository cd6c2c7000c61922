import type { CallContext } from "../call/method-type.ts";
import { type HealthHandlers, type ServingStatus, UnknownService } from "./gen/health.rpc.ts";

/** What a service can be set to. */
export type ServiceStatus = Extract<ServingStatus, "serving" | "notServing">;

/** Settings of {@link createHealth}. */
export interface HealthOptions {
  /** Status of services when they are added to the server. Default: `serving`; with `notServing` each has to be {@link HealthState.set} first. */
  readonly initially?: ServiceStatus | undefined;
}

/**
 * What is known of a program and its services. Give it to the server (`createServer({ health })`), which answers `GET /healthz` and `GET /readyz` by it, names
 * its services to it and drains it first when it closes. Add it as a service for those who call: `server.add(Health, health.handlers)`.
 */
export interface HealthState {
  /** For `server.add(Health, health.handlers)`. */
  readonly handlers: HealthHandlers;
  /** False: the program cannot recover and should be started anew. Draining does not touch it. */
  readonly isLive: boolean;
  /** True while calls are welcome: alive, not draining, and no service, nor the whole, is `notServing`. */
  readonly isReady: boolean;
  /** True from {@link HealthState.drain} on. */
  readonly isDraining: boolean;
  /** Each service with its status, the whole not among them. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /**
   * Says how a service is; `""` stands for the server as a whole. Those who watch hear of it.
   * @throws TypeError for a status that is none
   */
  set(service: string, status: ServiceStatus): void;
  /** `false` when the program cannot go on and wants to be started anew. */
  setLive(isLive: boolean): void;
  /** A server has the service: it gets its first status unless it has one. Servers call it. */
  added(service: string): void;
  /** Nothing is serving from now on, whatever is set later. Servers call it first when they close. Idempotent. */
  drain(): void;
}

/**
 * Makes the health of a program.
 *
 * ```ts
 * const health = createHealth();
 * const server = createServer({ health }).add(Health, health.handlers).add(Orders, orders);
 * health.set("shop.v1.Orders", "notServing");
 * ```
 *
 * @throws TypeError for options that cannot work
 */
export function createHealth({ initially = "serving" }: HealthOptions = {}): HealthState {
  checkStatus(initially);
  const services = new Map<string, ServiceStatus>();
  const waiting = new Set<() => void>();
  let whole: ServiceStatus = "serving";
  let isLive = true;
  let isDraining = false;

  function isReady(): boolean {
    return isLive && !isDraining && whole === "serving" && ![...services.values()].includes("notServing");
  }

  function statusOf(service: string): ServingStatus {
    if (service === "") return isReady() ? "serving" : "notServing";
    const status = services.get(service);
    if (status === undefined) return "serviceUnknown";
    return isDraining || !isLive ? "notServing" : status;
  }

  function tell(): void {
    const told = [...waiting];
    waiting.clear();
    for (const wake of told) wake();
  }

  /** Resolves at the next change, or when the caller leaves. */
  function change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener("abort", wake);
    });
  }

  /** Who reads slowly gets the newest status, not each one. */
  async function* watch(
    { service }: { readonly service: string },
    { signal }: Pick<CallContext, "signal">,
  ): AsyncGenerator<{ readonly status: ServingStatus }> {
    let last: ServingStatus | undefined;
    while (!signal.aborted) {
      const status = statusOf(service);
      if (status !== last) yield { status: (last = status) };
      // A watch that stayed would hold up the end of its server.
      else if (isDraining) return;
      else await change(signal);
    }
  }

  return {
    handlers: {
      check({ service }) {
        const status = statusOf(service);
        if (status === "serviceUnknown") throw new UnknownService({ service });
        return { status };
      },
      watch,
    },
    get isLive() {
      return isLive;
    },
    get isReady() {
      return isReady();
    },
    get isDraining() {
      return isDraining;
    },
    services,
    set(service, status) {
      checkStatus(status);
      if (service === "") whole = status;
      else services.set(service, status);
      tell();
    },
    setLive(next) {
      isLive = next;
      tell();
    },
    added(service) {
      if (services.has(service)) return;
      services.set(service, service === ownName ? "serving" : initially);
      tell();
    },
    drain() {
      isDraining = true;
      tell();
    },
  };
}

/** Nobody sets the status of the service that tells of the others. */
const ownName = "rpcgen.health.v1.Health";

function checkStatus(status: unknown): void {
  if (status === "serving" || status === "notServing") return;
  throw new TypeError(`${JSON.stringify(status)} is no status of a service; expected "serving" or "notServing".`);
}
