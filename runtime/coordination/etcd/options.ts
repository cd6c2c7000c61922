import { checkMs } from "../check-ms.ts";
import type { CoordinationTls } from "../socket.ts";

/** How etcd is reached. */
export interface EtcdOptions {
  /** TLS to every server. Default: none. */
  readonly tls?: CoordinationTls | undefined;
  /** Who asks, where authentication is on; a target's own `user:password@` goes first. Default: nobody. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds for connecting to one server before the next is tried. Default: 2,000. */
  readonly connectLimitMs?: number | undefined;
  /** Milliseconds without a byte after which a watching connection is asked whether it lives; at least 5,000, which etcd insists on. Default: 10,000. */
  readonly pingMs?: number | undefined;
  /** Milliseconds for the answer to that. Default: 3,000. */
  readonly pingLimitMs?: number | undefined;
  /** Milliseconds during which lists are said to be incomplete after etcd lost its data. Default: 15,000, the usual ttl. */
  readonly graceMs?: number | undefined;
}

/** {@link EtcdOptions} with defaults. */
export interface EtcdSettings {
  readonly tls: CoordinationTls | undefined;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  readonly connectLimitMs: number;
  readonly pingMs: number;
  readonly pingLimitMs: number;
  readonly graceMs: number;
}

/** @throws RangeError or TypeError for what cannot be */
export function etcdSettings(options: EtcdOptions): EtcdSettings {
  const {
    user,
    password = "",
    connectLimitMs = 2_000,
    pingMs = 10_000,
    pingLimitMs = 3_000,
    graceMs = 15_000,
  } = options;
  checkMs("connectLimitMs", connectLimitMs, 50);
  checkMs("pingMs", pingMs, 5_000);
  checkMs("pingLimitMs", pingLimitMs, 50);
  checkMs("graceMs", graceMs, 0);
  const credentials = user === undefined ? undefined : { user, password };
  return { tls: options.tls, credentials, connectLimitMs, pingMs, pingLimitMs, graceMs };
}

/** What tells apart the clients of one engine. */
export function etcdClientKey(
  authorities: readonly string[],
  credentials: { readonly user: string; readonly password: string } | undefined,
): string {
  return JSON.stringify([authorities, credentials?.user, credentials?.password]);
}
