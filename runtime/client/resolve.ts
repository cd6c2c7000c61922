import { createDnsResolver } from "../discovery/dns.ts";
import { createFileResolver } from "../discovery/file.ts";
import type { Instance } from "../discovery/instance.ts";
import { checkDiscovery, createKeeper, type Keeper } from "../discovery/keeper.ts";
import { parseTarget } from "../discovery/parse-target.ts";
import type { Resolver } from "../discovery/resolver.ts";
import { createSnapshotFile } from "../discovery/snapshot-file.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { parseAddress } from "../transport/address.ts";
import type { ChannelOptions, CheckedChannelOptions } from "./channel-options.ts";
import { createListSource, type InstanceSource } from "./cluster-source.ts";
import { addressesOf, schemeOf } from "./cluster-target.ts";

const builtinSchemes = ["dns", "file"];
/** Engines that have an entry of the package each. */
const engines = ["etcd", "zookeeper", "redis", "eureka"];

/** True for a scheme that a resolver takes. @throws TypeError for what is no resolver, or when the one that is needed was not given */
export function isResolved(target: string, resolvers: readonly Resolver[] = []): boolean {
  for (const resolver of resolvers) {
    if (typeof resolver?.watch === "function" && typeof resolver.scheme === "string") continue;
    throw new TypeError('The option "resolvers" is a list of resolvers, as in resolvers: [etcd()].');
  }
  const scheme = schemeOf(target);
  const isFound = builtinSchemes.includes(scheme) || resolvers.some((resolver) => resolver.scheme === scheme);
  if (isFound || !engines.includes(scheme)) return isFound;
  throw new TypeError(
    `A target with ${scheme}:// needs its resolver: resolvers: [${scheme}()] from "@rpcgen/runtime/discovery/${scheme}".`,
  );
}

/** @throws TypeError or RangeError at once for a target, or options, that cannot work */
export function createSource(channel: CheckedChannelOptions, options: ChannelOptions): InstanceSource {
  if (!isResolved(options.target, options.resolvers)) {
    for (const address of addressesOf(options.target)) channel.siteOf(parseAddress(address));
    return createListSource(options.target);
  }
  return createResolvedSource(channel, options);
}

function createResolvedSource(channel: CheckedChannelOptions, options: ChannelOptions): InstanceSource {
  const { environment, connectTimeoutMs } = channel;
  const target = parseTarget(options.target);
  const resolver = resolverFor(target.scheme, options.resolvers ?? []);
  const discovery = checkDiscovery(options.discovery);
  const { snapshotFolder } = discovery;
  const file = snapshotFolder === undefined ? undefined : createSnapshotFile(snapshotFolder, target.text);
  let keeper: Keeper | undefined;

  /** Somebody accepts there; what it speaks will be seen. */
  async function probe({ address }: Instance): Promise<boolean> {
    try {
      const site = channel.siteOf(parseAddress(address));
      const transport = await site.transport.connect(site.address, { timeoutMs: connectTimeoutMs });
      transport.start({ onData: () => undefined, onDrain: () => undefined, onClose: () => undefined });
      transport.abort();
      return true;
    } catch {
      return false;
    }
  }

  return {
    target: target.text,
    known: undefined,
    view: () => keeper?.view,
    watch(sink) {
      const made = createKeeper({
        resolver,
        target,
        environment,
        discovery,
        file,
        probe,
        onInstances: (instances) => sink.update(instances),
        onError: (error) => sink.error(outOfReach(target.text, error)),
      });
      keeper = made;
      return { lost: (instance) => made.lost(instance.id), close: () => made.close() };
    },
  };
}

function resolverFor(scheme: string, given: readonly Resolver[]): Resolver {
  const found = given.find((resolver) => resolver.scheme === scheme);
  if (found !== undefined) return found;
  return scheme === "dns" ? createDnsResolver() : createFileResolver();
}

function outOfReach(target: string, cause: Error): RpcError {
  const message = `The instances of ${target} could not be found: ${cause.message}`;
  return new RpcError({ reason: "connect_failed", message, cause });
}
