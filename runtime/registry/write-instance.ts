import { type InstanceInfo, passedTexts, type PortInfo } from "./instance-info.ts";

/** JSON as the Eureka API has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One application and its instances. */
export interface Application {
  readonly name: string;
  readonly instances: readonly InstanceInfo[];
}

/** The instance as full JSON: times of the instance are texts, those of its lease numbers, as clients expect. */
export function instanceToJson(info: InstanceInfo): Json {
  const { dataCenter, texts } = info;
  const json: Record<string, Json> = {
    instanceId: info.instanceId,
    app: info.app,
    ipAddr: info.ipAddr,
    port: portToJson(info.port),
    securePort: portToJson(info.securePort),
    countryId: info.countryId,
    dataCenterInfo: {
      "@class": dataCenter.class,
      name: dataCenter.name,
      ...(dataCenter.metadata === undefined ? {} : { metadata: { ...dataCenter.metadata } }),
    },
    hostName: info.hostName,
    status: info.status,
    overriddenstatus: info.overriddenStatus,
    ...(info.overriddenTimestamp === 0 ? {} : { overriddenTimestamp: info.overriddenTimestamp }),
    leaseInfo: { ...info.leaseInfo },
    isCoordinatingDiscoveryServer: String(info.isCoordinatingDiscoveryServer),
    metadata: metadataToJson(info.metadata),
    lastUpdatedTimestamp: String(info.lastUpdatedTimestamp),
    lastDirtyTimestamp: String(info.lastDirtyTimestamp),
    actionType: info.actionType,
  };
  for (const name of passedTexts) if (texts[name] !== undefined) json[name] = texts[name];
  return json;
}

/** What `X-Eureka-Accept: compact` asks for: where to find it, and whether it is up. */
export function compactInstanceToJson(info: InstanceInfo): Json {
  return {
    instanceId: info.instanceId,
    app: info.app,
    ipAddr: info.ipAddr,
    port: portToJson(info.port),
    securePort: portToJson(info.securePort),
    hostName: info.hostName,
    status: info.status,
    overriddenstatus: info.overriddenStatus,
    dataCenterInfo: { "@class": info.dataCenter.class, name: info.dataCenter.name },
    ...(info.texts.vipAddress === undefined ? {} : { vipAddress: info.texts.vipAddress }),
    ...(info.texts.secureVipAddress === undefined ? {} : { secureVipAddress: info.texts.secureVipAddress }),
    lastUpdatedTimestamp: String(info.lastUpdatedTimestamp),
    lastDirtyTimestamp: String(info.lastDirtyTimestamp),
    actionType: info.actionType,
  };
}

/** `{"applications": ...}`. Underscores in names are doubled by the format. */
export function applicationsToJson(applications: readonly Application[], compact: boolean, version: number): Json {
  return {
    applications: {
      versions__delta: String(version),
      apps__hashcode: hashOf(applications),
      application: applications.map((application) => applicationToJson(application, compact)),
    },
  };
}

/** The inner part of `{"application": ...}`. */
export function applicationToJson({ name, instances }: Application, compact: boolean): Json {
  return { name, instance: instances.map(compact ? compactInstanceToJson : instanceToJson) };
}

/** How many instances there are of each status, which clients compare after a delta: `DOWN_1_UP_3_`. */
export function hashOf(applications: readonly Application[]): string {
  const counts = new Map<string, number>();
  for (const { instances } of applications) {
    for (const { status } of instances) counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts.keys()]
    .toSorted()
    .map((status) => `${status}_${counts.get(status)}_`)
    .join("");
}

function portToJson({ number, enabled }: PortInfo): Json {
  return { $: number, "@enabled": String(enabled) };
}

function metadataToJson(metadata: Readonly<Record<string, string>>): Json {
  const entries = Object.entries(metadata);
  return entries.length === 0 ? { "@class": "java.util.Collections$EmptyMap" } : Object.fromEntries(entries);
}
