import { limited } from "../../environment/limit.ts";
import { addWatch, childrenOf, dataOf, sync, type ZooKeeperClient } from "../../coordination/zookeeper/client.ts";
import type { ZooKeeperConnection } from "../../coordination/zookeeper/connection.ts";
import { ChangeQueue, endWatch } from "../../coordination/zookeeper/change-queue.ts";
import type { Environment } from "../../environment/environment.ts";
import type { InstanceList } from "../instance-list.ts";

const listLimitMs = 5_000;

/** Watches the children of a folder on one connection after the other. */
export function watchChildren(
  client: ZooKeeperClient,
  folder: string,
  list: InstanceList,
  environment: Environment,
): (signal: AbortSignal, onWorking: () => void) => Promise<void> {
  let knownZxid = 0n;
  return async (signal, onWorking) => {
    const limit = { environment, limitMs: listLimitMs, what: `Listing ${folder}`, signal };
    const connection = await limited(limit, (each) => client.connection(each));
    const changes = new ChangeQueue(folder, connection);
    connection.watchers.set(changes.onEvent, folder);
    try {
      await limited(limit, async (each) => {
        await addWatch(connection, folder, each);
        await sync(connection, folder, each);
        const entries = await readAll(connection, folder, each);
        if (connection.lastZxid < knownZxid) list.doubt();
        list.replace(entries);
      });
      list.publish(revisionOf(connection));
      onWorking();
      while (connection.isOpen) {
        const names = await changes.next(signal);
        await limited(limit, (each) => refresh(connection, folder, names, list, each));
        list.publish(revisionOf(connection));
      }
    } finally {
      knownZxid = connection.lastZxid;
      connection.watchers.delete(changes.onEvent);
      await endWatch(connection, folder, environment);
    }
  };
}

function revisionOf(connection: ZooKeeperConnection): string {
  return connection.lastZxid.toString(16);
}

async function readAll(
  connection: ZooKeeperConnection,
  folder: string,
  signal: AbortSignal,
): Promise<[string, string][]> {
  const names = await childrenOf(connection, folder, signal);
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, string] | undefined> => {
      const found = await dataOf(connection, `${folder}/${name}`, signal);
      return found === undefined ? undefined : [name, found.text];
    }),
  );
  return entries.filter((entry) => entry !== undefined);
}

/** Reads what changed. An answer is never older than the event that led to the question. */
async function refresh(
  connection: ZooKeeperConnection,
  folder: string,
  names: ReadonlySet<string>,
  list: InstanceList,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...names].map(async (name) => {
      if (name === "") return;
      const found = await dataOf(connection, `${folder}/${name}`, signal);
      if (found === undefined) list.delete(name);
      else list.set(name, found.text);
    }),
  );
}
