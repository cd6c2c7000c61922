import type { InstanceInfo } from "../../../runtime/registry/instance-info.ts";
import { readInstanceInfo } from "../../../runtime/registry/read-instance.ts";

/** An instance as Eureka's own clients send it, with members of the test's choice. */
export function sentInstance(
  app: string,
  id: string,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    instanceId: id,
    app,
    hostName: "localhost",
    ipAddr: "127.0.0.1",
    port: { $: 8080, "@enabled": "true" },
    vipAddress: app.toLowerCase(),
    dataCenterInfo: { "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", name: "MyOwn" },
    status: "UP",
    lastDirtyTimestamp: "1000",
    ...more,
  };
}

/** The same as the registry reads it. */
export function instanceInfo(app: string, id: string, more: Readonly<Record<string, unknown>> = {}): InstanceInfo {
  return readInstanceInfo(sentInstance(app, id, more), 1_000);
}
