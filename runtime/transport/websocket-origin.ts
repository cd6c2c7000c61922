import { isLoopback } from "./address.ts";

/** Checks the option `origins`. @throws TypeError that says what an origin looks like */
export function checkOrigins(origins: readonly string[] | undefined): readonly string[] | undefined {
  for (const origin of origins ?? []) {
    if (origin === "*" || originOf(origin) === origin) continue;
    throw new TypeError(
      `The option "origins" has ${JSON.stringify(origin)}; expected the scheme, host and port of a page, ` +
        'such as "https://app.example.com" or "http://localhost:5173", or "*" for every page.',
    );
  }
  return origins;
}

function originOf(text: unknown): string | undefined {
  try {
    return typeof text === "string" ? new URL(text).origin : undefined;
  } catch {
    return undefined;
  }
}

/** What {@link isAllowedOrigin} looks at. */
export interface OriginCheck {
  /** The header `Origin`; undefined for programs that are no browsers. */
  readonly origin: string | undefined;
  /** The header `Host`. */
  readonly host: string;
  /** This side of the connection, as `host:port` or a path. */
  readonly localAddress: string;
  /** The option. */
  readonly origins: readonly string[] | undefined;
}

/**
 * True when the page that opens the WebSocket may. Without a list: pages of the same host and port; and at a server that was reached over
 * loopback only if the host is a loopback name too, because any name on the internet can be made to lead to 127.0.0.1.
 */
export function isAllowedOrigin({ origin, host, localAddress, origins }: OriginCheck): boolean {
  if (origin === undefined) return true;
  if (origins !== undefined) return origins.includes("*") || origins.includes(origin);
  if (originOf(origin) !== origin || new URL(origin).host !== withoutDefaultPort(origin, host)) return false;
  return !isLoopback(hostName(localAddress)) || isLoopback(hostName(host));
}

function withoutDefaultPort(origin: string, host: string): string {
  const port = origin.startsWith("https:") ? ":443" : ":80";
  return host.endsWith(port) ? host.slice(0, -port.length) : host.toLowerCase();
}

function hostName(hostAndPort: string): string {
  return hostAndPort
    .replace(/:\d+$/, "")
    .replace(/^\[(.*)\]$/, "$1")
    .toLowerCase();
}
