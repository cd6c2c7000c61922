import type { MethodType, ServiceType } from "../call/method-type.ts";

/** A connection of a server, as `Server.connections()` tells. */
interface ConnectionReport {
  readonly peer: string;
}

/** What is shown of a server; {@link Server} is one. */
export interface AdminServer {
  readonly addresses: readonly string[];
  readonly services: readonly ServiceType[];
  connections(): readonly ConnectionReport[];
  load(): readonly { readonly method: string; readonly inProgress: number; readonly started: number }[];
}

/** What is shown of a channel; {@link Channel} is one. */
export interface AdminChannel {
  readonly target: string;
  readonly state: string;
  readonly connections: number;
  instances(): object;
}

/** What is shown of live configuration; `createConfiguration()` makes one. */
export interface AdminConfiguration {
  readonly history: readonly { readonly atMs: number }[];
  explain(method: Pick<MethodType, "service" | "path" | "policy">): Readonly<Record<string, object>>;
}

/** What is shown of a circuit breaker; `circuitBreaker()` makes one. */
export interface AdminBreaker {
  readonly states: Readonly<Record<string, string>>;
  readonly refused: number;
}

/** Log levels; `createLogLevels()` makes them. */
export interface AdminLogLevels {
  readonly current: object;
  /** Takes `{ default?, services? }`. @throws for levels that are none, and the old ones stay */
  configure(settings: never): void;
}

/** When the rule of some methods holds. */
export interface SwitchRule {
  readonly method: string;
  readonly when?: "on-failure" | "force" | "mock" | "off" | undefined;
}

/** Degradation; `degradation()` makes it. */
export interface AdminSwitches {
  readonly current: { readonly rules?: readonly SwitchRule[] | undefined };
  /** Takes what `current` has, with other rules. @throws for rules that cannot work, and the old ones stay */
  configure(settings: never): void;
}

/** What is asked for liveness and readiness; `createHealth()` makes one. */
export interface AdminHealth {
  readonly isLive: boolean;
  readonly isReady: boolean;
}

/** What there is to show. Each part is optional; what is not given answers 404. */
export interface AdminSources {
  readonly server?: AdminServer | undefined;
  /** By a name for people: `{ payments: channel }`. */
  readonly channels?: Readonly<Record<string, AdminChannel>> | undefined;
  /** Services whose policies are shown besides those of the server: those that the program calls. */
  readonly services?: readonly ServiceType[] | undefined;
  readonly configuration?: AdminConfiguration | undefined;
  readonly breakers?: Readonly<Record<string, AdminBreaker>> | undefined;
  /** Its text is served as it is, in the format of Prometheus. */
  readonly metrics?: { text(): string } | undefined;
  readonly health?: AdminHealth | undefined;
  readonly logLevels?: AdminLogLevels | undefined;
  readonly switches?: AdminSwitches | undefined;
}
