/** What an instance says of itself. `UNKNOWN` also stands for "no override". */
export type EurekaStatus = "UP" | "DOWN" | "STARTING" | "OUT_OF_SERVICE" | "UNKNOWN";

/** How long a registration holds. Times are wall clock, milliseconds since 1970. */
export interface LeaseInfo {
  readonly renewalIntervalInSecs: number;
  readonly durationInSecs: number;
  readonly registrationTimestamp: number;
  readonly lastRenewalTimestamp: number;
  readonly evictionTimestamp: number;
  readonly serviceUpTimestamp: number;
}

/** A port and whether it is offered. */
export interface PortInfo {
  readonly number: number;
  readonly enabled: boolean;
}

/** One registered instance, in the terms of the Eureka REST API. Immutable: a change makes a new one. */
export interface InstanceInfo {
  readonly instanceId: string;
  /** Name of the application as it was sent: names that differ in case are different. */
  readonly app: string;
  readonly ipAddr: string;
  readonly hostName: string;
  readonly port: PortInfo;
  readonly securePort: PortInfo;
  readonly status: EurekaStatus;
  readonly overriddenStatus: EurekaStatus;
  /**
   * When the override was set or taken back, wall clock: of two registries that disagree the later one is right. 0: never. Ours; Eureka has nothing
   * like it, and its registries may disagree for ever.
   */
  readonly overriddenTimestamp: number;
  readonly dataCenter: {
    readonly class: string;
    readonly name: string;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly leaseInfo: LeaseInfo;
  readonly metadata: Readonly<Record<string, string>>;
  readonly lastUpdatedTimestamp: number;
  readonly lastDirtyTimestamp: number;
  readonly actionType: "ADDED" | "MODIFIED" | "DELETED";
  readonly countryId: number;
  readonly isCoordinatingDiscoveryServer: boolean;
  /** Texts that the registry only passes on: `vipAddress`, `homePageUrl`, ... */
  readonly texts: Readonly<Partial<Record<PassedText, string>>>;
}

/** Members that the registry keeps without reading them. */
export const passedTexts = [
  "appGroupName",
  "sid",
  "homePageUrl",
  "statusPageUrl",
  "healthCheckUrl",
  "secureHealthCheckUrl",
  "vipAddress",
  "secureVipAddress",
  "asgName",
] as const;

/** @see passedTexts */
export type PassedText = (typeof passedTexts)[number];

/** Of the lease, where an instance does not say: those of Eureka's own clients. */
export const defaultLease: { readonly renewalIntervalInSecs: number; readonly durationInSecs: number } = Object.freeze({
  renewalIntervalInSecs: 30,
  durationInSecs: 90,
});

/** True for one of the five statuses. */
export function isStatus(value: unknown): value is EurekaStatus {
  return (
    value === "UP" || value === "DOWN" || value === "STARTING" || value === "OUT_OF_SERVICE" || value === "UNKNOWN"
  );
}
