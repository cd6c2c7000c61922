import { checkMs } from "../../coordination/check-ms.ts";
import { type EngineOptions, type EngineSettings, engineSettings } from "../../coordination/engine-options.ts";

/** How Redis is reached. A `password` without a `user` is that of the user whom Redis calls default. */
export interface RedisOptions extends EngineOptions {
  /** Milliseconds between two looks at the list; changes that are announced are looked for at once. At least 100. Default: 1,000. */
  readonly pollMs?: number | undefined;
}

/** {@link RedisOptions} with defaults. */
export interface RedisSettings extends EngineSettings {
  readonly pollMs: number;
}

/** @throws RangeError or TypeError for what cannot be */
export function redisSettings(options: RedisOptions): RedisSettings {
  const { user = options.password === undefined ? undefined : "", pollMs = 1_000 } = options;
  checkMs("pollMs", pollMs, 100);
  return { ...engineSettings({ ...options, user }), pollMs };
}
