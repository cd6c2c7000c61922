import type { Environment } from "../../environment/environment.ts";
import type { Instance } from "../instance.ts";
import type { LeaseDriver } from "../lease.ts";
import { type EurekaLease, eurekaFromInstance } from "./eureka-instance.ts";
import type { EurekaServers } from "./http.ts";

/** What {@link createEurekaDriver} needs. */
export interface EurekaDriverOptions {
  readonly servers: EurekaServers;
  readonly environment: Environment;
  readonly app: string;
  readonly lease: EurekaLease;
}

/** Registers over the REST API: whichever server answers; a server that was not told yet asks for it by 404. */
export function createEurekaDriver({ servers, environment, app, lease }: EurekaDriverOptions): LeaseDriver {
  let id: string | undefined;
  let dirtyMs = 0;

  function pathOf(instanceId: string): string {
    return `/apps/${encodeURIComponent(app)}/${encodeURIComponent(instanceId)}`;
  }

  return {
    async put(instance: Instance, signal) {
      // Never the same twice: of two versions the registry keeps the one that is newer.
      dirtyMs = Math.max(dirtyMs + 1, environment.wallClock());
      const body = { instance: eurekaFromInstance(instance, app, lease, dirtyMs) };
      const { status } = await servers.call({ method: "POST", path: `/apps/${encodeURIComponent(app)}`, body, signal });
      if (status !== 204 && status !== 200) throw new Error(`The registry answered ${status} to a registration.`);
      ({ id } = instance);
    },
    async renew(signal) {
      if (id === undefined) return false;
      const path = `${pathOf(id)}?lastDirtyTimestamp=${dirtyMs}`;
      const { status } = await servers.call({ method: "PUT", path, signal });
      if (status === 200) return true;
      if (status === 404) return false;
      throw new Error(`The registry answered ${status} to a renewal.`);
    },
    async remove(signal) {
      if (id === undefined) return;
      await servers.call({ method: "DELETE", path: pathOf(id), signal });
    },
    close: async () => servers.close(),
  };
}
