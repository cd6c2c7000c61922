import { defaultWeight, instanceToText, readInstance } from "../instance-json.ts";
import type { Instance, InstanceStatus } from "../instance.ts";

/** JSON of the REST API, as far as it is read here. */
export type EurekaInstance = Readonly<Record<string, unknown>>;

/** Entry of the metadata that holds an instance of ours as it is: what the API has no member for must not be lost. */
const ownEntry = "rpcgen";

/** Seconds of a lease, as instances tell them to the registry. */
export interface EurekaLease {
  readonly renewalIntervalInSecs: number;
  readonly durationInSecs: number;
}

/** An instance as Eureka has it, under the application `app`. @param dirtyMs when it last changed, milliseconds since 1970 */
export function eurekaFromInstance(
  instance: Instance,
  app: string,
  lease: EurekaLease,
  dirtyMs: number,
): EurekaInstance {
  const { host, port } = placeOf(instance.address);
  return {
    instanceId: instance.id,
    app,
    hostName: host,
    ipAddr: host,
    port: { $: port, "@enabled": "true" },
    vipAddress: instance.service,
    dataCenterInfo: { "@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", name: "MyOwn" },
    status: statusFor(instance.status),
    leaseInfo: lease,
    metadata: {
      [ownEntry]: instanceToText(instance),
      ...(instance.version === undefined ? {} : { version: instance.version }),
      ...(instance.zone === undefined ? {} : { zone: instance.zone }),
    },
    lastDirtyTimestamp: String(dirtyMs),
  };
}

/**
 * What Eureka has as an instance of `service`. Of a program that is none of ours: its address and port, and of its metadata `weight`, `version`,
 * `zone` and, as labels, the rest. A status that an operator set counts more than what the instance says.
 * @throws TypeError for what is no instance
 */
export function instanceFromEureka(given: EurekaInstance, service: string): Instance {
  const metadata = recordOf(given["metadata"]);
  const own = metadata[ownEntry];
  const status = statusOf(given["status"]);
  if (typeof own === "string") {
    const instance = readInstance(JSON.parse(own));
    return given["status"] === statusFor(instance.status) ? instance : { ...instance, status };
  }
  return readInstance({
    id: given["instanceId"] ?? given["hostName"],
    service,
    address: addressOf(given),
    status,
    weight: weightOf(metadata["weight"]),
    version: textOf(metadata["version"]),
    zone: textOf(metadata["zone"]),
    labels: labelsOf(metadata),
  });
}

/** `OUT_OF_SERVICE` is for operators: a registry does not believe it of an instance that was up. */
function statusFor(status: InstanceStatus): string {
  return status === "up" ? "UP" : "DOWN";
}

function statusOf(status: unknown): InstanceStatus {
  if (status === "UP") return "up";
  return status === "OUT_OF_SERVICE" ? "draining" : "down";
}

function addressOf(given: EurekaInstance): string {
  const plain = recordOf(given["port"]);
  const secure = recordOf(given["securePort"]);
  const isSecure = String(plain["@enabled"]) === "false" && String(secure["@enabled"]) === "true";
  const host = String(given["ipAddr"]);
  const port = isSecure ? secure["$"] : (plain["$"] ?? given["port"]);
  return `${isSecure ? "tls" : "tcp"}://${host.includes(":") ? `[${host}]` : host}:${String(port)}`;
}

function weightOf(text: unknown): number {
  const weight = Number(text ?? Number.NaN);
  return Number.isInteger(weight) && weight >= 0 && weight <= 10_000 ? weight : defaultWeight;
}

function labelsOf(metadata: Readonly<Record<string, unknown>>): Record<string, string> {
  const labels = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(metadata)) {
    if (!["weight", "version", "zone", "@class"].includes(name)) labels[name] = String(value);
  }
  return labels;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Eureka knows hosts with ports only; what has none is found through our own entry. */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const match = /^\w+:\/\/(?:\[([^\]]+)\]|([^:/]+)):(\d+)$/.exec(address);
  return { host: match?.[1] ?? match?.[2] ?? "localhost", port: Number(match?.[3] ?? 0) };
}
