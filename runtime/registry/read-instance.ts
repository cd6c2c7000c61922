import {
  defaultLease,
  type EurekaStatus,
  type InstanceInfo,
  isStatus,
  type LeaseInfo,
  passedTexts,
  type PortInfo,
} from "./instance-info.ts";

/** What was sent as an instance is none. The message names the member, and is safe to send back. */
export class InstanceError extends Error {
  override readonly name = "InstanceError";
}

/** Times of other machines may be ahead by that much; what is later would be right for ever. */
export const maxAheadMs = 86_400_000;
const maxTextLength = 2_048;
const maxMetadataEntries = 64;
const maxMetadataBytes = 16_384;
const defaultDataCenter = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo";

/**
 * Reads `{ "instance": { ... } }` or the inner object, as clients and peers send it. Numbers may be texts, as Eureka's own clients write them.
 * Members that the API does not know are dropped.
 * @throws InstanceError for what is missing, too long or of another type
 */
export function readInstanceInfo(json: unknown, nowMs: number): InstanceInfo {
  const outer = record(json, "the body");
  const given = outer.instance === undefined ? outer : record(outer.instance, "instance");
  const hostName = text(given, "hostName");
  const dataCenter = record(given.dataCenterInfo, "dataCenterInfo");
  const status = statusOf(given.status, "UP");
  return {
    instanceId: idText(given.instanceId ?? hostName),
    app: text(given, "app"),
    ipAddr: text(given, "ipAddr"),
    hostName,
    port: portOf(given.port, 7001, true),
    securePort: portOf(given.securePort, 7002, false),
    status,
    overriddenStatus: statusOf(given.overriddenstatus ?? given.overriddenStatus, "UNKNOWN"),
    overriddenTimestamp: Math.min(time(given.overriddenTimestamp, 0), nowMs + maxAheadMs),
    dataCenter: {
      class: optionalText(dataCenter["@class"], "dataCenterInfo.@class") ?? defaultDataCenter,
      name: text(dataCenter, "name", "dataCenterInfo.name"),
      ...(dataCenter.metadata === undefined
        ? {}
        : { metadata: metadataOf(dataCenter.metadata, "dataCenterInfo.metadata") }),
    },
    leaseInfo: leaseOf(given.leaseInfo, nowMs),
    metadata: metadataOf(given.metadata, "metadata"),
    lastUpdatedTimestamp: time(given.lastUpdatedTimestamp, nowMs),
    lastDirtyTimestamp: time(given.lastDirtyTimestamp, nowMs),
    actionType: given.actionType === "MODIFIED" || given.actionType === "DELETED" ? given.actionType : "ADDED",
    countryId: time(given.countryId, 1),
    isCoordinatingDiscoveryServer: String(given.isCoordinatingDiscoveryServer) === "true",
    texts: textsOf(given),
  };
}

function leaseOf(value: unknown, nowMs: number): LeaseInfo {
  const given = value === undefined || value === null ? {} : record(value, "leaseInfo");
  return {
    renewalIntervalInSecs: seconds(
      given.renewalIntervalInSecs,
      defaultLease.renewalIntervalInSecs,
      "renewalIntervalInSecs",
    ),
    durationInSecs: seconds(given.durationInSecs, defaultLease.durationInSecs, "durationInSecs"),
    registrationTimestamp: time(given.registrationTimestamp, 0),
    lastRenewalTimestamp: time(given.lastRenewalTimestamp ?? given.renewalTimestamp, 0),
    evictionTimestamp: time(given.evictionTimestamp, 0),
    serviceUpTimestamp: time(given.serviceUpTimestamp, nowMs),
  };
}

/** A third of a second to a day: what is no number at all is the default. */
function seconds(value: unknown, byDefault: number, member: string): number {
  const number = numberOf(value);
  if (number === undefined) return byDefault;
  if (number >= 0.3 && number <= 86_400) return number;
  throw new InstanceError(`leaseInfo.${member} is ${number}; expected 1 to 86400 seconds`);
}

function time(value: unknown, byDefault: number): number {
  const number = numberOf(value);
  return number !== undefined && Number.isSafeInteger(number) && number >= 0 ? number : byDefault;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value === "string" && /^\d{1,16}(?:\.\d{1,6})?$/.test(value)) return Number(value);
  return undefined;
}

function portOf(value: unknown, byDefault: number, enabledByDefault: boolean): PortInfo {
  if (value === undefined || value === null) return { number: byDefault, enabled: enabledByDefault };
  const given: Readonly<Record<string, unknown>> = typeof value === "object" ? record(value, "port") : { $: value };
  const number = numberOf(given.$);
  if (number === undefined || !Number.isInteger(number) || number > 65_535) {
    throw new InstanceError(`a port is ${JSON.stringify(given.$)?.slice(0, 40)}; expected 0 to 65535`);
  }
  const enabled = given["@enabled"];
  return { number, enabled: enabled === undefined ? enabledByDefault : String(enabled) === "true" };
}

/** Members are read by name from objects without a prototype of their own: a stranger chooses the keys. */
function metadataOf(value: unknown, name: string): Readonly<Record<string, string>> {
  const metadata = Object.create(null) as Record<string, string>;
  if (value === undefined || value === null) return metadata;
  let bytes = 0;
  let count = 0;
  for (const [key, item] of Object.entries(record(value, name))) {
    if (key === "@class" || item === null || item === undefined) continue;
    if (typeof item === "object") throw new InstanceError(`${name}.${key.slice(0, 64)} is no text`);
    const written = String(item);
    bytes += key.length + written.length;
    if (++count > maxMetadataEntries || bytes > maxMetadataBytes) {
      throw new InstanceError(`${name} has more than ${maxMetadataEntries} entries or ${maxMetadataBytes} characters`);
    }
    metadata[key] = written;
  }
  return metadata;
}

function textsOf(given: Readonly<Record<string, unknown>>): InstanceInfo["texts"] {
  const texts: Partial<Record<(typeof passedTexts)[number], string>> = {};
  for (const name of passedTexts) {
    const value = optionalText(given[name], name);
    if (value !== undefined) texts[name] = value;
  }
  return texts;
}

function statusOf(value: unknown, byDefault: EurekaStatus): EurekaStatus {
  if (value === undefined || value === null) return byDefault;
  return isStatus(value) ? value : "UNKNOWN";
}

function idText(value: unknown): string {
  if (typeof value === "string" && value.length > 0 && value.length <= 512) return value;
  throw new InstanceError("instanceId is missing or longer than 512 characters");
}

function text(given: Readonly<Record<string, unknown>>, member: string, name = member): string {
  const value = optionalText(given[member], name);
  if (value === undefined || value === "") throw new InstanceError(`${name} is missing`);
  return value;
}

function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") throw new InstanceError(`${name} is no text`);
  const written = String(value);
  if (written.length > maxTextLength) throw new InstanceError(`${name} is longer than ${maxTextLength} characters`);
  return written;
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InstanceError(`${name} is missing or no object`);
}
