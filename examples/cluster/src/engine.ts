import type { Registry, Resolver } from "@rpcgen/runtime";
import { etcd } from "@rpcgen/runtime/discovery/etcd";
import { embedded } from "@rpcgen/runtime/discovery/eureka";
import { zookeeper } from "@rpcgen/runtime/discovery/zookeeper";

/** Registries that the cluster can run on. */
export type RegistryName = "registry" | "etcd" | "zookeeper";

/** Milliseconds after which a registry forgets an instance that it does not hear from. */
export const ttlMs = 2_000;

/** What registers at, and asks, the registry of a target: its scheme says which one. */
export function engineOf(target: string): Registry & Resolver {
  if (target.startsWith("etcd:")) return etcd();
  return target.startsWith("zookeeper:") ? zookeeper({ sessionMs: ttlMs }) : embedded();
}
