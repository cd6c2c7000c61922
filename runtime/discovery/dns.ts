import type { Timer } from "../environment/environment.ts";
import { createNames, type Names, type ServiceRecord } from "./dns-names.ts";
import { type DnsTarget, readDnsTarget } from "./dns-target.ts";
import type { Instance } from "./instance.ts";
import type { Resolver, ResolverWatch } from "./resolver.ts";

/** Settings of {@link createDnsResolver}. */
export interface DnsResolverOptions {
  /** Gives all addresses of a name. Default: that of the system (`dns.lookup`), which reads the hosts file too, or of the `servers`. */
  readonly lookup?: ((name: string) => Promise<readonly string[]>) | undefined;
  /** Gives the SRV records of a name. Default: asks the name servers of the system, or the `servers`. */
  readonly resolveSrv?: ((name: string) => Promise<readonly ServiceRecord[]>) | undefined;
  /** Name servers that are asked where the target names none: `["10.0.0.2", "10.0.0.3:5353"]`. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  /**
   * Milliseconds between two looks, give or take a tenth; sooner where a name server says that an address holds for less. The system does not tell, and
   * Node tells it of addresses only. Default: 30,000.
   */
  readonly refreshMs?: number | undefined;
}

const minRefreshMs = 1_000;

/**
 * Resolves `dns:///name:port`, each address of the name being an instance, and `dns:///_service._tcp.name` by the SRV records of that name (RFC 2782):
 * ports, weights and priorities are theirs. `?scheme=tls` calls them over TLS, and certificates have to be for the name that the target has. A
 * look is taken every 30 seconds, and within a second when an instance cannot be reached; after a failure at growing intervals from a second on.
 */
export function createDnsResolver(options: DnsResolverOptions = {}): Resolver {
  const { lookup, resolveSrv, servers = [], refreshMs = 30_000 } = options;
  if (!(refreshMs >= minRefreshMs)) throw new RangeError(`refreshMs is ${String(refreshMs)}; expected 1,000 or more.`);
  return {
    scheme: "dns",
    watch(text, sink, { environment }): ResolverWatch {
      const target = readDnsTarget(text);
      const names = createNames({ lookup, resolveSrv, servers: target.servers.length > 0 ? target.servers : servers });
      let timer: Timer | undefined;
      let failures = 0;
      let isClosed = false;
      let isLooking = false;
      let lookedAtMs = -Infinity;

      function arm(delayMs: number): void {
        if (isClosed) return;
        timer?.cancel();
        timer = environment.setTimer(delayMs, () => void look());
        timer.unref();
      }

      async function look(): Promise<void> {
        isLooking = true;
        lookedAtMs = environment.now();
        let waitMs = refreshMs;
        try {
          const { instances, ttlMs } = await instancesOf(target, names);
          if (isClosed) return;
          failures = 0;
          waitMs = Math.max(minRefreshMs, Math.min(refreshMs, ttlMs));
          const revision = instances.map(({ id, weight, priority = 0 }) => `${id} ${weight} ${priority}`).join();
          sink.update({ instances, revision, complete: true, atMs: environment.wallClock() });
        } catch (error) {
          if (isClosed) return;
          waitMs = Math.min(refreshMs, minRefreshMs * 2 ** failures++);
          sink.error(error instanceof Error ? error : new Error(String(error)));
        } finally {
          isLooking = false;
          arm(waitMs * (0.9 + environment.random() * 0.2));
        }
      }

      arm(0);
      return {
        refresh() {
          if (!isLooking) arm(Math.max(0, lookedAtMs + minRefreshMs - environment.now()));
        },
        close() {
          isClosed = true;
          timer?.cancel();
          return Promise.resolve();
        },
      };
    },
  };
}

/** What a look found, sorted by id. */
interface Found {
  readonly instances: readonly Instance[];
  /** Milliseconds that the addresses hold. */
  readonly ttlMs: number;
}

async function instancesOf(target: DnsTarget, names: Names): Promise<Found> {
  if (target.port === undefined) return offersOf(target, names);
  const { addresses, ttlMs } = await names.hosts(target.name);
  const { port } = target;
  return { instances: [...new Set(addresses)].sort().map((host) => instanceOf(target, { host, port })), ttlMs };
}

/** What SRV records offer. A host that has no address just now costs itself, unless none has one. */
async function offersOf(target: DnsTarget, names: Names): Promise<Found> {
  const records = (await names.services(target.name)).filter(({ name }) => name !== "" && name !== ".");
  const looks = await Promise.allSettled(records.map(({ name }) => names.hosts(name)));
  const instances = new Map<string, Instance>();
  let ttlMs = Infinity;
  for (const [index, record] of records.entries()) {
    const look = looks[index];
    if (look?.status !== "fulfilled") continue;
    ttlMs = Math.min(ttlMs, look.value.ttlMs);
    const weight = weightOf(record, records) / look.value.addresses.length;
    for (const host of look.value.addresses) {
      const instance = instanceOf(target, { host, port: record.port, weight, priority: record.priority });
      const known = instances.get(instance.id);
      if (known === undefined || (known.priority ?? 0) > record.priority) instances.set(instance.id, instance);
    }
  }
  const failed = looks.find((look) => look.status === "rejected");
  if (instances.size === 0 && failed !== undefined) throw failed.reason;
  return { instances: [...instances.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), ttlMs };
}

/** 100 on average, as instances have it that name no weight; those with 0 get a call now and then. */
function weightOf({ weight, priority }: ServiceRecord, records: readonly ServiceRecord[]): number {
  const peers = records.filter((record) => record.priority === priority);
  const sum = peers.reduce((all, peer) => all + peer.weight, 0);
  return sum === 0 ? 100 : (100 * weight * peers.length) / sum;
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly weight?: number;
  readonly priority?: number;
}

function instanceOf(
  { name, scheme, peerName }: DnsTarget,
  { host, port, weight = 100, priority = 0 }: Place,
): Instance {
  const id = `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return {
    id,
    service: name,
    address: scheme === "tls" ? `${id}?name=${peerName}` : id,
    weight: Math.min(10_000, Math.max(1, Math.round(weight))),
    status: "up",
    labels: {},
    ...(priority === 0 ? {} : { priority }),
  };
}
