import { SharedClients } from "../../coordination/link.ts";
import { RedisClient } from "../../coordination/redis/client.ts";
import { serversOf } from "../../coordination/server.ts";
import { checkEngineTarget, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { keepRegistered } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import type { Target } from "../target.ts";
import { keepWatching } from "../watch-loop.ts";
import { type RedisKeys, redisLease } from "./redis-lease.ts";
import { type RedisOptions, redisSettings } from "./redis-options.ts";
import { watchRedis } from "./redis-watch.ts";

export type { RedisOptions } from "./redis-options.ts";
export type { CoordinationTls } from "../../coordination/socket.ts";

const parameters: readonly string[] = ["prefix", "db"];

/**
 * Discovery through Redis 5 or later: `redis://a:6379,b:6379/shop.v1.Orders`, where the servers are a primary and those that may take its place.
 * The parameter `prefix` takes the place of `rpcgen` before every key, `db` selects a database.
 */
export function redis(options: RedisOptions = {}): Registry & Resolver {
  const settings = redisSettings(options);
  const clients = new SharedClients<RedisClient>();

  function open(target: Target, scope: EngineScope): ReturnType<typeof clients.take> {
    const credentials = target.credentials ?? settings.credentials;
    const servers = serversOf(target.authorities, 6379);
    const database = databaseOf(target);
    const log = (event: string, details: Readonly<Record<string, string | number>>): void =>
      scope.log?.(event, details);
    const { environment } = scope;
    return clients.take(
      JSON.stringify([target.authorities, credentials?.user, credentials?.password, database]),
      environment,
      () => new RedisClient({ ...settings, credentials, servers, database, environment, log }),
    );
  }

  return {
    scheme: "redis",
    register(target, instance, registerOptions, scope) {
      checkEngineTarget(target, "redis", parameters);
      databaseOf(target);
      const keys = keysOf(target, registeredService(target, instance));
      const openLease = () => redisLease(open(target, scope), keys, instance.id, registerOptions.ttlMs);
      return keepRegistered(openLease, instance, registerOptions, scope);
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, "redis", parameters);
      const service = serviceOf(target);
      const keys = keysOf(target, service);
      const { client, release } = open(target, scope);
      const close = async (): Promise<void> => {
        list.close();
        await loop.close();
        await release();
      };
      const onFault = (): void => void close();
      const { environment } = scope;
      const list = new InstanceList({ sink, scope, service, graceMs: settings.graceMs, onFault });
      const attempt = watchRedis(client, keys, list, { environment, pollMs: settings.pollMs });
      const loop = keepWatching({ environment, attempt, onError: (error) => list.fail(error) });
      return { close };
    },
  };
}

/** The braces keep the keys of a service in one slot. */
function keysOf(target: Target, service: string): RedisKeys {
  const { prefix = "rpcgen" } = target.parameters;
  if (!/^[A-Za-z0-9._:-]{1,64}$/.test(prefix)) {
    throw new TypeError(
      `"${target.text}" has the prefix "${prefix}"; write 1 to 64 letters, digits, ".", "_", ":" or "-".`,
    );
  }
  const base = `${prefix}:{${service}}`;
  return { all: [`${base}:leases`, `${base}:instances`, `${base}:state`], channel: `${base}:changes` };
}

function databaseOf(target: Target): number {
  const { db = "0" } = target.parameters;
  if (/^\d{1,5}$/.test(db)) return Number(db);
  throw new TypeError(`"${target.text}" has the db "${db}"; write the number of a database.`);
}
