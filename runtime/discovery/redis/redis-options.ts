import { checkMs } from "../../coordination/check-ms.ts";
import type { CoordinationTls } from "../../coordination/socket.ts";

/** How Redis is reached. */
export interface RedisOptions {
  /** TLS to every server. Default: none. */
  readonly tls?: CoordinationTls | undefined;
  /** Who asks; a target's own `user:password@` goes first. Default: nobody; with a password alone, the user that Redis calls default. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds for connecting to one server before the next is tried. Default: 2,000. */
  readonly connectLimitMs?: number | undefined;
  /** Milliseconds between two looks at the list; changes that are announced are looked for at once. At least 100. Default: 1,000. */
  readonly pollMs?: number | undefined;
  /** Milliseconds during which lists are said to be incomplete after Redis lost data or was away. Default: 15,000, the usual ttl. */
  readonly graceMs?: number | undefined;
}

/** {@link RedisOptions} with defaults. */
export interface RedisSettings {
  readonly tls: CoordinationTls | undefined;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly connectLimitMs: number;
  readonly pollMs: number;
  readonly graceMs: number;
}

/** @throws RangeError for what cannot be */
export function redisSettings(options: RedisOptions): RedisSettings {
  const { tls, user, password, connectLimitMs = 2_000, pollMs = 1_000, graceMs = 15_000 } = options;
  checkMs("connectLimitMs", connectLimitMs, 50);
  checkMs("pollMs", pollMs, 100);
  checkMs("graceMs", graceMs, 0);
  const isNobody = user === undefined && password === undefined;
  const credentials = isNobody ? undefined : { user: user ?? "", password: password ?? "" };
  return { tls, credentials, connectLimitMs, pollMs, graceMs };
}
