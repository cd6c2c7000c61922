import { ZooKeeperError, zooKeeperCode } from "../../coordination/zookeeper/connection.ts";
import type { ZooKeeperClient } from "../../coordination/zookeeper/client.ts";
import { instanceToText } from "../instance-json.ts";
import type { LeaseDriver } from "../lease.ts";

/** Rounds until a node is this session's: its parent may be missing, a stale one in the way, somebody else quicker. */
const maxRounds = 4;

/** An ephemeral node, whose lease is the session. */
export function zooKeeperLease(
  { client, release }: { readonly client: ZooKeeperClient; readonly release: () => Promise<void> },
  folder: string,
  path: string,
): LeaseDriver {
  client.ephemerals++;
  let data = "";

  async function take(signal: AbortSignal): Promise<boolean> {
    try {
      await client.create(path, data, true, signal);
      return true;
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error;
      if (error.code === zooKeeperCode.noNode) await client.ensure(folder, signal);
      else if (error.code !== zooKeeperCode.nodeExists) throw error;
      else return takeOver(signal);
    }
    return false;
  }

  /** The node is there: this session's own, or what an earlier process or session left behind and the server has not noticed yet. */
  async function takeOver(signal: AbortSignal): Promise<boolean> {
    const node = await client.nodeOf(path, signal);
    if (node === undefined) return false;
    if (node.owner === client.sessionId) {
      await client.setData(path, data, signal);
      return true;
    }
    await client.delete(path, signal);
    return false;
  }

  return {
    async put(instance, signal) {
      data = instanceToText(instance);
      for (let round = 0; round < maxRounds; round++) {
        if (await take(signal)) return;
      }
      throw new Error(`${path} is contended: another process registers under the same id.`);
    },
    async renew(signal) {
      // A write of ours that was given up may be carried out late.
      const node = await client.nodeOf(path, signal);
      return node?.owner === client.sessionId && node.text === data;
    },
    async remove(signal) {
      const node = await client.nodeOf(path, signal);
      if (node?.owner === client.sessionId) await client.delete(path, signal);
    },
    async close() {
      client.ephemerals--;
      await release();
    },
  };
}
