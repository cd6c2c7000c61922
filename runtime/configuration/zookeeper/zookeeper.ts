import { SharedClients } from "../../coordination/link.ts";
import { serversOf } from "../../coordination/server.ts";
import { addWatch, dataOf, sync, ZooKeeperClient } from "../../coordination/zookeeper/client.ts";
import { ChangeQueue, endWatch } from "../../coordination/zookeeper/change-queue.ts";
import { type ZooKeeperOptions, zooKeeperSettings } from "../../coordination/zookeeper/options.ts";
import { checkEngineTarget } from "../../discovery/engine-target.ts";
import { parseTarget } from "../../discovery/parse-target.ts";
import { keepWatching } from "../../discovery/watch-loop.ts";
import { limited } from "../../environment/limit.ts";
import { checkKey, DocumentSink } from "../document-sink.ts";
import type { ConfigSource } from "../source.ts";

export type { ZooKeeperOptions } from "../../coordination/zookeeper/options.ts";
export type { CoordinationTls } from "../../coordination/socket.ts";

const readLimitMs = 5_000;

/**
 * Configuration in ZooKeeper: `zookeeper://a:2181,b:2181/apps/shop`, of which the path is the folder of the keys (default: `rpcgen-configuration`).
 * @throws TypeError for a target that cannot be read
 */
export function zooKeeperConfiguration(target: string, options: ZooKeeperOptions = {}): ConfigSource {
  const parsed = parseTarget(target);
  checkEngineTarget(parsed, "zookeeper", []);
  const settings = zooKeeperSettings(options);
  const credentials = parsed.credentials ?? settings.credentials;
  const servers = serversOf(parsed.authorities, 2181);
  const folder = `/${parsed.path === "" ? "rpcgen-configuration" : parsed.path}`;
  const clients = new SharedClients<ZooKeeperClient>();
  return {
    name: parsed.text,
    watch(key, sink, { environment }) {
      const path = `${folder}/${checkKey(key)}`;
      const log = (): void => undefined;
      const create = () => new ZooKeeperClient({ ...settings, credentials, servers, environment, log });
      const { client, release } = clients.take("", environment, create);
      const close = async (): Promise<void> => {
        documents.close();
        await loop.close();
        await release();
      };
      const documents = new DocumentSink(sink, () => void close());
      const attempt = async (signal: AbortSignal, onWorking: () => void): Promise<void> => {
        const limit = { environment, limitMs: readLimitMs, what: `Reading ${path}`, signal };
        const connection = await limited(limit, (each) => client.connection(each));
        const changes = new ChangeQueue(path, connection);
        connection.watchers.set(changes.onEvent, path);
        try {
          await limited(limit, (each) => addWatch(connection, path, each));
          await limited(limit, (each) => sync(connection, path, each));
          while (connection.isOpen) {
            const found = await limited(limit, (each) => dataOf(connection, path, each));
            documents.update({ text: found?.text, version: found?.zxid.toString(16) ?? "none" });
            onWorking();
            await changes.next(signal);
          }
        } finally {
          connection.watchers.delete(changes.onEvent);
          await endWatch(connection, path, environment);
        }
      };
      const loop = keepWatching({ environment, attempt, onError: (error) => documents.error(error) });
      return { close };
    },
  };
}
