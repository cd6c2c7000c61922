/** Whether an instance wants calls. `draining`: it finishes what it has; `down`: it said itself that it cannot serve. */
export type InstanceStatus = "up" | "draining" | "down";

/** One running server of a service, as it stands in a registry. Data from a registry is a stranger's: see `readInstance`. */
export interface Instance {
  /** Unique within its service, and the same for as long as the process lives: `shop-1.example:9000`. 1 to 255 characters. */
  readonly id: string;
  /** Full name of the service, as in the schema: `shop.v1.Orders`. */
  readonly service: string;
  /** Where it listens, in the form of a target with one address: `tcp://10.0.0.5:9000`. */
  readonly address: string;
  /** Share of the calls, relative to the others of the service: 0 (none) to 10,000. Default: 100. */
  readonly weight: number;
  readonly status: InstanceStatus;
  /** Of those that can be called only the ones with the lowest number are, 0 to 65,535: others stand by. Default: 0. */
  readonly priority?: number | undefined;
  /** Callers that name a group reach only instances in it. Default: none. */
  readonly group?: string | undefined;
  /** Version of the service that it offers, `1.4.0`. */
  readonly version?: string | undefined;
  /** Other names under which its service may be asked for. */
  readonly aliases?: readonly string[] | undefined;
  /** Where it runs: region, zone or rack, from the widest to the narrowest part: `eu/eu-1/rack-7`. */
  readonly zone?: string | undefined;
  /** What rules may ask for: `canary=true`. At most 64 pairs; keys of 1 to 128 and values of up to 1,024 characters. */
  readonly labels: Readonly<Record<string, string>>;
  /** Names of the protocols that it speaks; without it `rpcgen/1`. */
  readonly protocols?: readonly string[] | undefined;
  /** Limits that callers should know: calls in progress that it takes. */
  readonly limits?: { readonly maxCalls?: number | undefined } | undefined;
  /** Wall clock, milliseconds since 1970, at which it began to serve: warm-up counts from here. */
  readonly startedAtMs?: number | undefined;
}

/** What may change while an instance is registered. */
export type InstanceChange = Partial<
  Pick<Instance, "weight" | "status" | "priority" | "group" | "version" | "aliases" | "zone" | "labels" | "limits">
>;
