/** One server of a coordination service. */
export interface Server {
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly text: string;
}

/** The servers that the authorities of a target name. */
export function serversOf(authorities: readonly string[], defaultPort: number): readonly Server[] {
  return authorities.map((authority) => {
    const [, ipv6, name, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(authority) ?? [];
    const host = ipv6 ?? name;
    if (host === undefined) throw new TypeError(`"${authority}" is not host:port.`);
    const number = port === undefined ? defaultPort : Number(port);
    return { host, port: number, text: ipv6 === undefined ? `${host}:${number}` : `[${ipv6}]:${number}` };
  });
}
