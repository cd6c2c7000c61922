import { checkMs } from "../check-ms.ts";
import { type EngineOptions, type EngineSettings, engineSettings } from "../engine-options.ts";

/** How ZooKeeper is reached. With a `user` (scheme `digest`) what is written can be changed by this user only. */
export interface ZooKeeperOptions extends EngineOptions {
  /** Milliseconds of a watching session; those of registrations last for their ttl. Default: 15,000. */
  readonly sessionMs?: number | undefined;
}

/** {@link ZooKeeperOptions} with defaults. */
export interface ZooKeeperSettings extends EngineSettings {
  readonly sessionMs: number;
}

/** @throws RangeError or TypeError for what cannot be */
export function zooKeeperSettings(options: ZooKeeperOptions): ZooKeeperSettings {
  const { sessionMs = 15_000 } = options;
  checkMs("sessionMs", sessionMs, 500);
  return { ...engineSettings(options), sessionMs };
}
