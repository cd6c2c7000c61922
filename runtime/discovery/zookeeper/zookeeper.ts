import { SharedClients } from "../../coordination/link.ts";
import { serversOf } from "../../coordination/server.ts";
import { ZooKeeperClient } from "../../coordination/zookeeper/client.ts";
import { type ZooKeeperOptions, zooKeeperSettings } from "../../coordination/zookeeper/options.ts";
import { checkEngineTarget, pathPrefix, pathSegment, registeredService, serviceOf } from "../engine-target.ts";
import { InstanceList } from "../instance-list.ts";
import { keepRegistered } from "../lease.ts";
import type { Registry } from "../registry.ts";
import type { EngineScope, Resolver } from "../resolver.ts";
import type { Target } from "../target.ts";
import { keepWatching } from "../watch-loop.ts";
import { zooKeeperLease } from "./zookeeper-lease.ts";
import { watchChildren } from "./zookeeper-watch.ts";

export type { ZooKeeperOptions } from "../../coordination/zookeeper/options.ts";
export type { CoordinationTls } from "../../coordination/socket.ts";

/**
 * Discovery through ZooKeeper 3.6 or later: `zookeeper://a:2181,b:2181/shop.v1.Orders`. An instance is the JSON in the ephemeral node
 * `/rpcgen/<service>/<id>`; its ttl is the timeout of the session. The parameter `prefix` takes the place of `/rpcgen`.
 */
export function zookeeper(options: ZooKeeperOptions = {}): Registry & Resolver {
  const settings = zooKeeperSettings(options);
  const clients = new SharedClients<ZooKeeperClient>();

  function open(target: Target, sessionMs: number, scope: EngineScope): ReturnType<typeof clients.take> {
    const credentials = target.credentials ?? settings.credentials;
    const servers = serversOf(target.authorities, 2181);
    const log = (event: string, details: Readonly<Record<string, string | number>>): void =>
      scope.log?.(event, details);
    const { environment } = scope;
    return clients.take(
      JSON.stringify([target.authorities, credentials?.user, credentials?.password, sessionMs]),
      environment,
      () => new ZooKeeperClient({ ...settings, credentials, servers, environment, log, sessionMs }),
    );
  }

  return {
    scheme: "zookeeper",
    register(target, instance, registerOptions, scope) {
      checkEngineTarget(target, "zookeeper", ["prefix"]);
      const folder = `${pathPrefix(target)}/${registeredService(target, instance)}`;
      const path = `${folder}/${pathSegment(instance.id)}`;
      const openLease = () => zooKeeperLease(open(target, registerOptions.ttlMs, scope), folder, path);
      return keepRegistered(openLease, instance, registerOptions, scope);
    },
    watch(target, sink, scope) {
      checkEngineTarget(target, "zookeeper", ["prefix"]);
      const service = serviceOf(target);
      const folder = `${pathPrefix(target)}/${service}`;
      const { client, release } = open(target, settings.sessionMs, scope);
      const close = async (): Promise<void> => {
        list.close();
        await loop.close();
        await release();
      };
      const onFault = (): void => void close();
      const list = new InstanceList({ sink, scope, service, graceMs: settings.graceMs, onFault });
      const { environment } = scope;
      const attempt = watchChildren(client, folder, list, environment);
      const loop = keepWatching({ environment, attempt, onError: (error) => list.fail(error) });
      return { close };
    },
  };
}
