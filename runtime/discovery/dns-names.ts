import { lookup as systemLookup, Resolver as NameResolver } from "node:dns/promises";

/** Where a service is offered, as an SRV record says it (RFC 2782). */
export interface ServiceRecord {
  /** Name of the host; `.` says that the service is not offered. */
  readonly name: string;
  readonly port: number;
  /** Those with the lowest are called; others when none of those can be. */
  readonly priority: number;
  /** Share of the calls among those of one priority. */
  readonly weight: number;
}

/** Addresses of a host, and how long they hold where that is known. */
export interface HostAddresses {
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

/** Answers of the domain name system. Each rejects for a name that there is not. */
export interface Names {
  hosts(name: string): Promise<HostAddresses>;
  services(name: string): Promise<readonly ServiceRecord[]>;
}

/** What a {@link Names} asks. */
export interface NamesOptions {
  /** Takes the place of the system for addresses. */
  readonly lookup: ((name: string) => Promise<readonly string[]>) | undefined;
  readonly resolveSrv: ((name: string) => Promise<readonly ServiceRecord[]>) | undefined;
  /** Name servers: `10.0.0.2`, `10.0.0.2:5353`. Empty: those of the system. */
  readonly servers: readonly string[];
}

const queryTimeoutMs = 2_000;
const queryTries = 3;

/**
 * Asks the system for addresses (`dns.lookup`, which reads the hosts file too, and tells no times), name servers for everything else. With name servers
 * given those are asked for addresses too.
 */
export function createNames({ lookup, resolveSrv, servers }: NamesOptions): Names {
  let made: NameResolver | undefined;

  function resolver(): NameResolver {
    if (made === undefined) {
      made = new NameResolver({ timeout: queryTimeoutMs, tries: queryTries });
      if (servers.length > 0) made.setServers(servers);
    }
    return made;
  }

  async function hosts(name: string): Promise<HostAddresses> {
    if (lookup !== undefined) return { addresses: await lookup(name), ttlMs: Infinity };
    if (servers.length > 0) return askServers(resolver(), name);
    const found = await systemLookup(name, { all: true });
    return { addresses: found.map(({ address }) => address), ttlMs: Infinity };
  }

  return { hosts, services: resolveSrv ?? ((name) => resolver().resolveSrv(name)) };
}

/** A host may have addresses of one family only: what fails for both fails. */
async function askServers(resolver: NameResolver, name: string): Promise<HostAddresses> {
  const answers = await Promise.allSettled([
    resolver.resolve4(name, { ttl: true }),
    resolver.resolve6(name, { ttl: true }),
  ]);
  const records = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  if (records.length === 0) {
    const failed = answers.find((answer) => answer.status === "rejected");
    throw failed?.reason ?? new Error(`${name} has no address`);
  }
  return {
    addresses: records.map(({ address }) => address),
    ttlMs: Math.min(...records.map(({ ttl }) => ttl)) * 1_000,
  };
}
