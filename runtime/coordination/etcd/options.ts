import { checkMs } from "../check-ms.ts";
import { type EngineCredentials, type EngineOptions, type EngineSettings, engineSettings } from "../engine-options.ts";

/** How etcd is reached. */
export interface EtcdOptions extends EngineOptions {
  /** Milliseconds without a byte after which a watching connection is asked whether it lives; at least 5,000, which etcd insists on. Default: 10,000. */
  readonly pingMs?: number | undefined;
  /** Milliseconds for the answer to that. Default: 3,000. */
  readonly pingLimitMs?: number | undefined;
}

/** {@link EtcdOptions} with defaults. */
export interface EtcdSettings extends EngineSettings {
  readonly pingMs: number;
  readonly pingLimitMs: number;
}

/** @throws RangeError or TypeError for what cannot be */
export function etcdSettings(options: EtcdOptions): EtcdSettings {
  const { pingMs = 10_000, pingLimitMs = 3_000 } = options;
  checkMs("pingMs", pingMs, 5_000);
  checkMs("pingLimitMs", pingLimitMs, 50);
  return { ...engineSettings(options), pingMs, pingLimitMs };
}

/** What tells apart the clients of one engine. */
export function etcdClientKey(authorities: readonly string[], credentials: EngineCredentials | undefined): string {
  return JSON.stringify([authorities, credentials?.user, credentials?.password]);
}
