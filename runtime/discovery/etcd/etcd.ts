import { EtcdClient, endOfPrefix } from "../../coordination/etcd/client.ts";
import { etcdClientKey, type EtcdOptions, etcdSettings } from "../../coordination/etcd/options.ts";
import { SharedClients } from "../../coordination/link.ts";
import { serversOf } from "../../coordination/server.ts";
import { limited } from "../../environment/limit.ts";
import { checkEngineTarget, pathPrefix, pathSegment, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { keepRegistered } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import type { Target } from "../target.ts";
import { keepWatching } from "../watch-loop.ts";
import { etcdLease } from "./etcd-lease.ts";

export type { EtcdOptions } from "../../coordination/etcd/options.ts";
export type { CoordinationTls } from "../../coordination/socket.ts";

/**
 * Discovery through etcd 3.4 or later: `etcd://a:2379,b:2379/shop.v1.Orders`. An instance is the JSON under `/rpcgen/<service>/<id>`, with a lease.
 * The parameter `prefix` takes the place of `/rpcgen`.
 */
export function etcd(options: EtcdOptions = {}): Registry & Resolver {
  const settings = etcdSettings(options);
  const clients = new SharedClients<EtcdClient>();

  function open(target: Target, scope: EngineScope): ReturnType<SharedClients<EtcdClient>["take"]> {
    const credentials = target.credentials ?? settings.credentials;
    const servers = serversOf(target.authorities, 2379);
    const log = (event: string, details: Readonly<Record<string, string | number>>): void =>
      scope.log?.(event, details);
    return clients.take(
      etcdClientKey(target.authorities, credentials),
      scope.environment,
      () => new EtcdClient({ ...settings, credentials, servers, environment: scope.environment, log }),
    );
  }

  return {
    scheme: "etcd",
    register(target, instance, registerOptions, scope) {
      checkEngineTarget(target, "etcd", ["prefix"]);
      const key = `${folderOf(target, registeredService(target, instance))}${pathSegment(instance.id)}`;
      const { ttlMs } = registerOptions;
      return keepRegistered(() => etcdLease(open(target, scope), key, ttlMs), instance, registerOptions, scope);
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, "etcd", ["prefix"]);
      const service = serviceOf(target);
      const folder = folderOf(target, service);
      const { client, release } = open(target, scope);
      const close = async (): Promise<void> => {
        list.close();
        await loop.close();
        await release();
      };
      const onFault = (): void => void close();
      const list = new InstanceList({ sink, scope, service, graceMs: settings.graceMs, onFault });
      const attempt = watchFolder(client, folder, list, scope);
      const loop = keepWatching({
        environment: scope.environment,
        attempt,
        onError: (error) => list.fail(error),
      });
      return { close };
    },
  };
}

function folderOf(target: Target, service: string): string {
  return `${pathPrefix(target)}/${service}/`;
}

/** Lists, then watches from there. What happened in between, were it compacted or wiped, the next list tells. */
function watchFolder(
  client: EtcdClient,
  folder: string,
  list: InstanceList,
  { environment }: EngineScope,
): (signal: AbortSignal, onWorking: () => void) => Promise<void> {
  let knownRevision = 0;
  let clusterId = 0n;
  return async (signal, onWorking) => {
    const limit = { environment, limitMs: 5_000, what: `Listing ${folder}`, signal };
    const { header, kvs } = await limited(limit, (each) => client.rangePrefix(folder, each));
    if (knownRevision > 0 && (header.revision < knownRevision || header.clusterId !== clusterId)) list.doubt();
    knownRevision = header.revision;
    clusterId = header.clusterId;
    list.replace(kvs.map(({ key, value }) => [key, value] as const));
    list.publish(String(knownRevision));
    await client.watch(folder, endOfPrefix(folder), knownRevision + 1, {
      signal,
      onResponse(response) {
        onWorking();
        if (response.events.length === 0) return;
        for (const { isDelete, kv } of response.events) {
          if (isDelete) list.delete(kv.key);
          else list.set(kv.key, kv.value);
        }
        knownRevision = response.header.revision;
        list.publish(String(knownRevision));
      },
    });
  };
}
