import { checkOptionParts } from "../environment/option-kinds.ts";
import type { Probe } from "../transport/websocket-upgrade.ts";

/** What a server needs of the health of its program. `createHealth()` of `@rpcgen/runtime/health` makes one. */
export interface ServerHealth {
  /** False: the program cannot recover and should be started anew. */
  readonly isLive: boolean;
  /** True while calls are welcome. */
  readonly isReady: boolean;
  /** Called for each service that is added. */
  added(service: string): void;
  /** Called when the server begins to close, before anything else. Must not throw. */
  drain(): void;
}

/** @throws TypeError for an object that is none */
export function checkHealth(health: ServerHealth | undefined): ServerHealth | undefined {
  if (health === undefined) return undefined;
  return checkOptionParts(health, {
    name: "health",
    parts: { isLive: "boolean", isReady: "boolean", added: "function", drain: "function" },
    maker: 'createHealth() of "@rpcgen/runtime/health"',
  });
}

/** Where orchestrators look by habit. Says no more than yes or no, for whoever reaches the port may ask. */
export function probesOf(health: ServerHealth | undefined): Probe | undefined {
  if (health === undefined) return undefined;
  return (path) => {
    if (path === "/healthz") return { isGood: health.isLive, text: health.isLive ? "alive" : "not alive" };
    if (path === "/readyz") return { isGood: health.isReady, text: health.isReady ? "ready" : "not ready" };
    return undefined;
  };
}
