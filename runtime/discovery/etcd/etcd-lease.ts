import type { EtcdClient } from "../../coordination/etcd/client.ts";
import { GrpcError } from "../../coordination/etcd/grpc.ts";
import { instanceToText } from "../instance-json.ts";
import type { LeaseDriver } from "../lease.ts";

const notFound = 5;

/** A key with a lease of its own. */
export function etcdLease(
  { client, release }: { readonly client: EtcdClient; readonly release: () => Promise<void> },
  key: string,
  ttlMs: number,
): LeaseDriver {
  const ttlSeconds = Math.ceil(ttlMs / 1000);
  let lease: bigint | undefined;
  let value = "";
  return {
    async put(instance, signal) {
      value = instanceToText(instance);
      const isNew = lease === undefined;
      lease ??= await client.grantLease(ttlSeconds, signal);
      try {
        await client.put(key, value, lease, signal);
      } catch (error) {
        if (!isGone(error)) throw error;
        lease = undefined;
        if (isNew) throw error;
        lease = await client.grantLease(ttlSeconds, signal);
        await client.put(key, value, lease, signal);
      }
    },
    async renew(signal) {
      if (lease === undefined) return false;
      if (!(await client.keepLease(lease, signal))) {
        lease = undefined;
        return false;
      }
      // The lease may live while the key was deleted, taken over by another process with the same id, or overwritten by a put of ours that was given up
      // long ago and carried out late.
      const { kvs } = await client.rangeKey(key, signal);
      return kvs[0]?.lease === lease && kvs[0].value === value;
    },
    async remove(signal) {
      if (lease === undefined) return;
      try {
        await client.revokeLease(lease, signal);
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
    close: release,
  };
}

function isGone(error: unknown): boolean {
  return error instanceof GrpcError && error.code === notFound;
}
