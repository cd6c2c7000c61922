import type { Target } from "./target.ts";

/** What `dns:` targets say. */
export interface DnsTarget {
  /** The name that is looked up. */
  readonly name: string;
  /** Undefined: the name is that of a service, whose records say the ports. */
  readonly port: number | undefined;
  readonly scheme: "tcp" | "tls";
  /** Name servers that are asked; empty: those of the system. */
  readonly servers: readonly string[];
  /** What certificates have to name: the host, or the domain of the service. What name servers answer is not proven, so it is none of theirs. */
  readonly peerName: string;
}

/** What a target gives for `10.0.0.2`, `10.0.0.2:5353` and `[fd00::2]:53`. */
const addressForm = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[^\]]+\])(?::\d+)?$/;
const hostForm = /^([A-Za-z0-9._-]{1,253}):(\d{1,5})$/;
/** RFC 2782: `_service._protocol.name`. */
const serviceForm = /^_[A-Za-z0-9-]{1,62}\._[A-Za-z0-9-]{1,62}\.([A-Za-z0-9._-]{1,253})$/;

/** Reads `dns:///orders.internal:9000`, `dns:///_rpcgen._tcp.orders.internal`, both with `?scheme=tls` or a name server: `dns://10.0.0.2/...`. @throws TypeError for others */
export function readDnsTarget({ path, authorities, parameters, text }: Target): DnsTarget {
  const { scheme = "tcp", ...others } = parameters;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(text, `the parameter "${unknown}" is not known`);
  if (scheme !== "tcp" && scheme !== "tls") throw invalid(text, 'its scheme must be "tcp" or "tls"');
  for (const server of authorities) {
    if (!addressForm.test(server))
      throw invalid(
        text,
        `the name server "${server}" is no IP address; to ask those of the system write three slashes`,
      );
  }
  const common = { scheme, servers: authorities } as const;
  const domain = serviceForm.exec(path)?.[1];
  if (domain !== undefined) return { ...common, name: path, port: undefined, peerName: withoutDot(domain) };
  const [, name = "", digits] = hostForm.exec(path) ?? [];
  const port = Number(digits);
  if (!(port >= 1 && port <= 65_535)) throw invalid(text, "no name:port follows");
  return { ...common, name, port, peerName: withoutDot(name) };
}

function withoutDot(name: string): string {
  return name.replace(/\.$/, "");
}

function invalid(text: string, fault: string): TypeError {
  return new TypeError(
    `"${text}" cannot be resolved by DNS: ${fault}. Write "dns:///orders.internal:9000" or "dns:///_rpcgen._tcp.orders.internal".`,
  );
}
