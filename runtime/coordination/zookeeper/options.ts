import { checkMs } from "../check-ms.ts";
import type { CoordinationTls } from "../socket.ts";

/** How ZooKeeper is reached. */
export interface ZooKeeperOptions {
  /** TLS to every server. Default: none. */
  readonly tls?: CoordinationTls | undefined;
  /** Who asks (scheme `digest`); a target's own `user:password@` goes first. Nodes then can be changed by this user only. Default: nobody. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds for connecting to one server before the next is tried. Default: 2,000. */
  readonly connectLimitMs?: number | undefined;
  /** Milliseconds of a watching session; those of registrations last for their ttl. Default: 15,000. */
  readonly sessionMs?: number | undefined;
  /** Milliseconds during which lists are said to be incomplete after ZooKeeper lost its data. Default: 15,000, the usual ttl. */
  readonly graceMs?: number | undefined;
}

/** {@link ZooKeeperOptions} with defaults. */
export interface ZooKeeperSettings {
  readonly tls: CoordinationTls | undefined;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly connectLimitMs: number;
  readonly sessionMs: number;
  readonly graceMs: number;
}

/** @throws RangeError for what cannot be */
export function zooKeeperSettings(options: ZooKeeperOptions): ZooKeeperSettings {
  const { tls, user, password = "", connectLimitMs = 2_000, sessionMs = 15_000, graceMs = 15_000 } = options;
  checkMs("connectLimitMs", connectLimitMs, 50);
  checkMs("sessionMs", sessionMs, 500);
  checkMs("graceMs", graceMs, 0);
  const credentials = user === undefined ? undefined : { user, password };
  return { tls, credentials, connectLimitMs, sessionMs, graceMs };
}
