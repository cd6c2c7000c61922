import { lookup as systemLookup } from "node:dns/promises";
import type { Timer } from "../environment/environment.ts";
import type { Instance } from "./instance.ts";
import type { Resolver, ResolverWatch } from "./resolver.ts";
import type { Target } from "./target.ts";

/** Settings of {@link createDnsResolver}. */
export interface DnsResolverOptions {
  /** Gives all addresses of a name. Default: that of the system (`dns.lookup`), which reads the hosts file too. */
  readonly lookup?: ((name: string) => Promise<readonly string[]>) | undefined;
  /** Milliseconds between two looks, give or take a tenth. The system does not tell how long an answer holds. Default: 30,000. */
  readonly refreshMs?: number | undefined;
}

const minRefreshMs = 1_000;

/**
 * Resolves `dns:///name:port`: each address of the name is an instance. `?scheme=tls` calls them over TLS. A look is taken every 30 seconds, and within a
 * second when an instance cannot be reached; after a failure at growing intervals from a second on.
 */
export function createDnsResolver(options: DnsResolverOptions = {}): Resolver {
  const { lookup = lookupAll, refreshMs = 30_000 } = options;
  if (!(refreshMs >= minRefreshMs)) throw new RangeError(`refreshMs is ${String(refreshMs)}; expected 1,000 or more.`);
  return {
    scheme: "dns",
    watch(target, sink, { environment }): ResolverWatch {
      const { name, port, scheme } = read(target);
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
        try {
          const addresses = [...new Set(await lookup(name))].sort();
          if (isClosed) return;
          failures = 0;
          const instances = addresses.map((host) => instanceOf(name, `${scheme}://${bracketed(host)}:${port}`));
          sink.update({ instances, revision: addresses.join(), complete: true, atMs: environment.wallClock() });
        } catch (error) {
          if (isClosed) return;
          failures++;
          sink.error(error instanceof Error ? error : new Error(String(error)));
        } finally {
          isLooking = false;
          const waitMs = failures === 0 ? refreshMs : Math.min(refreshMs, minRefreshMs * 2 ** (failures - 1));
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

async function lookupAll(name: string): Promise<readonly string[]> {
  return (await systemLookup(name, { all: true })).map(({ address }) => address);
}

interface DnsTarget {
  readonly name: string;
  readonly port: number;
  readonly scheme: "tcp" | "tls";
}

function read({ path, authorities, parameters, text }: Target): DnsTarget {
  const match = /^([A-Za-z0-9._-]{1,253}):(\d{1,5})$/.exec(path);
  const { scheme = "tcp", ...others } = parameters;
  const [unknown] = Object.keys(others);
  if (authorities.length > 0) throw invalid(text, "it names a server; write three slashes");
  if (match === null || Number(match[2]) > 65_535 || Number(match[2]) === 0)
    throw invalid(text, "no name:port follows");
  if (unknown !== undefined) throw invalid(text, `the parameter "${unknown}" is not known`);
  if (scheme !== "tcp" && scheme !== "tls") throw invalid(text, 'its scheme must be "tcp" or "tls"');
  return { name: match[1] ?? "", port: Number(match[2]), scheme };
}

function instanceOf(name: string, address: string): Instance {
  return { id: address, service: name, address, weight: 100, status: "up", labels: {} };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function invalid(text: string, fault: string): TypeError {
  return new TypeError(`"${text}" cannot be resolved by DNS: ${fault}. Write "dns:///orders.internal:9000".`);
}
