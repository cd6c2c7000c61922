import { checkMs } from "./check-ms.ts";
import type { CoordinationTls } from "./socket.ts";

/** What every engine with servers of its own is reached by. */
export interface EngineOptions {
  /** TLS to every server. Default: none. */
  readonly tls?: CoordinationTls | undefined;
  /** Who asks, where authentication is on; a target's own `user:password@` goes first. Default: nobody. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Milliseconds for connecting to one server before the next is tried. Default: 2,000. */
  readonly connectLimitMs?: number | undefined;
  /** Milliseconds during which lists are said to be incomplete after the engine lost its data. Default: 15,000, the usual ttl. */
  readonly graceMs?: number | undefined;
}

/** {@link EngineOptions} with defaults. */
export interface EngineSettings {
  readonly tls: CoordinationTls | undefined;
  readonly credentials: EngineCredentials | undefined;
  readonly connectLimitMs: number;
  readonly graceMs: number;
}

/** Who asks. */
export interface EngineCredentials {
  readonly user: string;
  readonly password: string;
}

/** @throws RangeError or TypeError for what cannot be */
export function engineSettings(options: EngineOptions): EngineSettings {
  const { tls, user, password = "", connectLimitMs = 2_000, graceMs = 15_000 } = options;
  checkMs("connectLimitMs", connectLimitMs, 50);
  checkMs("graceMs", graceMs, 0);
  return { tls, credentials: user === undefined ? undefined : { user, password }, connectLimitMs, graceMs };
}
