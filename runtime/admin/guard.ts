import type { IncomingMessage } from "node:http";
import { isLoopback } from "../transport/address.ts";

/** What decides which requests are looked at. */
export interface GuardOptions {
  /** Address that is listened on. */
  readonly host: string;
  /** Names by which browsers may call it, besides addresses and `localhost`. */
  readonly hostNames: readonly string[];
}

/**
 * Why a request is turned away, undefined when it is not. A page of a stranger can make a browser send requests here: by a name of its own that leads to this
 * address (told by `Host`), or across origins (told by `Origin` and `Sec-Fetch-Site`).
 */
export function refusalOf(incoming: IncomingMessage, options: GuardOptions): string | undefined {
  const { host = "", origin } = incoming.headers;
  const name = hostNameOf(host);
  if (name === undefined || !isOwnName(name, options)) return "This host name is not served here.";
  const site = incoming.headers["sec-fetch-site"];
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`)
    return "Pages of other origins may not call this.";
  // A link that somebody follows is no danger: what it leads to changes nothing.
  const isVisit = incoming.method === "GET" && incoming.headers["sec-fetch-mode"] === "navigate";
  if (site === undefined || site === "same-origin" || site === "none" || isVisit) return undefined;
  return "Pages of other origins may not call this.";
}

/** Without port and brackets, in lower case. */
function hostNameOf(host: string): string | undefined {
  const [, bracketed, plain] = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (bracketed ?? plain)?.toLowerCase();
}

/** An address as the name cannot be made to lead elsewhere, so where others may connect each is good. */
function isOwnName(name: string, { host, hostNames }: GuardOptions): boolean {
  if (isLoopback(name) || name === host.toLowerCase()) return true;
  if (hostNames.some((each) => each.toLowerCase() === name)) return true;
  return !isLoopback(host) && (name.includes(":") || /^(?:\d{1,3}\.){3}\d{1,3}$/.test(name));
}
