import { EtcdClient } from "../../coordination/etcd/client.ts";
import { type EtcdOptions, etcdSettings } from "../../coordination/etcd/options.ts";
import { SharedClients } from "../../coordination/link.ts";
import { serversOf } from "../../coordination/server.ts";
import { checkEngineTarget } from "../../discovery/engine-target.ts";
import { parseTarget } from "../../discovery/parse-target.ts";
import { keepWatching } from "../../discovery/watch-loop.ts";
import { limited } from "../../environment/limit.ts";
import { checkKey, DocumentSink } from "../document-sink.ts";
import type { ConfigSource } from "../source.ts";

export type { EtcdOptions } from "../../coordination/etcd/options.ts";
export type { CoordinationTls } from "../../coordination/socket.ts";

const listLimitMs = 5_000;

/**
 * Configuration in etcd: `etcd://a:2379,b:2379/apps/shop`, of which the path is the folder of the keys (default: `rpcgen-configuration`).
 * @throws TypeError for a target that cannot be read
 */
export function etcdConfiguration(target: string, options: EtcdOptions = {}): ConfigSource {
  const parsed = parseTarget(target);
  checkEngineTarget(parsed, "etcd", []);
  const settings = etcdSettings(options);
  const credentials = parsed.credentials ?? settings.credentials;
  const servers = serversOf(parsed.authorities, 2379);
  const folder = `/${parsed.path === "" ? "rpcgen-configuration" : parsed.path}/`;
  const clients = new SharedClients<EtcdClient>();
  return {
    name: parsed.text,
    watch(key, sink, { environment }) {
      const path = `${folder}${checkKey(key)}`;
      const log = (): void => undefined;
      const create = () => new EtcdClient({ ...settings, credentials, servers, environment, log });
      const { client, release } = clients.take("", environment, create);
      const close = async (): Promise<void> => {
        documents.close();
        await loop.close();
        await release();
      };
      const documents = new DocumentSink(sink, () => void close());
      const attempt = async (signal: AbortSignal, onWorking: () => void): Promise<void> => {
        const limit = { environment, limitMs: listLimitMs, what: `Reading ${path}`, signal };
        const { header, kvs } = await limited(limit, (each) => client.rangeKey(path, each));
        const [found] = kvs;
        documents.update({ text: found?.value, version: String(found?.modRevision ?? "none") });
        await client.watch(path, "", header.revision + 1, {
          signal,
          onResponse({ events }) {
            onWorking();
            for (const { isDelete, kv } of events) {
              documents.update(
                isDelete ? { text: undefined, version: "none" } : { text: kv.value, version: String(kv.modRevision) },
              );
            }
          },
        });
      };
      const loop = keepWatching({ environment, attempt, onError: (error) => documents.error(error) });
      return { close };
    },
  };
}
