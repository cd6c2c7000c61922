import type { RedisClient } from "../../coordination/redis/client.ts";
import { instanceToText } from "../instance-json.ts";
import type { LeaseDriver } from "../lease.ts";
import { putScript, removeScript, renewScript } from "./redis-scripts.ts";

/** Where a service stands. */
export interface RedisKeys {
  /** Leases, instances, state. */
  readonly all: readonly string[];
  readonly channel: string;
}

const hourMs = 3_600_000;

/** A lease that is a score: the moment, by the server's clock, at which it ends. */
export function redisLease(
  { client, release }: { readonly client: RedisClient; readonly release: () => Promise<void> },
  { all, channel }: RedisKeys,
  id: string,
  ttlMs: number,
): LeaseDriver {
  // Keys of a service that nobody offers any more go by themselves.
  const keepMs = String(Math.max(hourMs, ttlMs * 10));
  const ttl = String(Math.ceil(ttlMs));
  let text = "";
  let previousText = "";
  return {
    async put(instance, signal) {
      const next = instanceToText(instance);
      if (next !== text) [text, previousText] = [next, text];
      await client.run(putScript, all, [channel, id, text, ttl, keepMs], signal);
    },
    async renew(signal) {
      return (await client.run(renewScript, all, [id, text, ttl, keepMs], signal)) === 1;
    },
    async remove(signal) {
      if (text !== "") await client.run(removeScript, all, [channel, id, text, previousText], signal);
    },
    close: release,
  };
}
