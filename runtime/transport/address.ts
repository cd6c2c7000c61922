import { parseWebSocketAddress, type WebSocketAddress } from "./websocket-address.ts";

/** A parsed target or listen address. `text` is its canonical spelling. */
export type Address =
  | { readonly scheme: "tcp"; readonly host: string; readonly port: number; readonly text: string }
  | {
      readonly scheme: "tls";
      readonly host: string;
      readonly port: number;
      /** What the certificate has to name, where that is not the host. */
      readonly peerName?: string;
      readonly text: string;
    }
  | { readonly scheme: "unix"; readonly path: string; readonly text: string }
  | { readonly scheme: "memory"; readonly name: string; readonly text: string }
  | { readonly scheme: "worker"; readonly name: string; readonly text: string }
  | WebSocketAddress;

const forms =
  'Write "tcp://host:port", "tls://host:port", "unix:/path", "ws://host:port", "worker:name" or "memory:name".';
const maxUnixPathBytes = 103;

/**
 * Reads `tcp://127.0.0.1:9000`, `tcp://[::1]:9000`, `tls://10.0.0.5:9000?name=orders.internal`, `unix:/run/app.sock`, `unix:./app.sock`, `ws://127.0.0.1:9000/`, `worker:users` or `memory:test`.
 * @throws TypeError that quotes the text and says which form was expected
 */
export function parseAddress(text: string): Address {
  if (typeof text !== "string") throw new TypeError(`An address must be a string, not ${typeof text}. ${forms}`);
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/.exec(text)?.[0];
  switch (scheme) {
    case "tcp":
    case "tls":
      return parseTcp(text, scheme);
    case "unix":
      return parseUnix(text);
    case "memory":
    case "worker":
      return parseNamed(scheme, text);
    case "ws":
    case "wss":
      return parseWebSocket(text);
    default:
      throw invalid(text, scheme === undefined ? "it has no scheme" : `the scheme "${scheme}" is not known`);
  }
}

function parseTcp(text: string, scheme: "tcp" | "tls"): Address {
  const [, place = text, peerName] = (scheme === "tls" ? /^([^?]*)\?name=(.*)$/s.exec(text) : null) ?? [];
  const match = /^t(?:cp|ls):\/\/(?:\[([^\]]+)\]|([^:/[\]]+)):(.*)$/s.exec(place);
  if (match === null) throw invalid(text, tcpFault(text, scheme));
  const [, ipv6, name, portText = ""] = match;
  const host = ipv6 ?? name ?? "";
  if (ipv6 !== undefined && !isIpv6(ipv6)) throw invalid(text, `"[${ipv6}]" is not an IPv6 address`);
  if (ipv6 === undefined && !/^[A-Za-z0-9._-]+$/.test(host)) throw invalid(text, `"${host}" is not a host name`);
  if (!/^\d{1,5}$/.test(portText) || Number(portText) > 65535) {
    throw invalid(text, `"${portText}" is not a port; expected 0 to 65535`);
  }
  const port = Number(portText);
  const canonical = formatTcpAddress(host, port, scheme);
  if (scheme === "tcp" || peerName === undefined) return { scheme, host, port, text: canonical };
  if (!/^[A-Za-z0-9._-]{1,253}$/.test(peerName)) throw invalid(text, `"${peerName}" is no name of a certificate`);
  return { scheme, host, port, peerName, text: `${canonical}?name=${peerName}` };
}

function tcpFault(text: string, scheme: string): string {
  if (!text.startsWith(`${scheme}://`)) return `expected "//" after "${scheme}:"`;
  const rest = text.slice(`${scheme}://`.length);
  if (!rest.startsWith("[") && rest.split(":").length > 2)
    return `an IPv6 address stands in brackets, as in ${scheme}://[::1]:9000`;
  if (/^(?:\[\])?:/.test(rest)) return 'the host is empty; write "0.0.0.0" or "[::]" to listen on every interface';
  return "the port is missing";
}

/** A loose check of the spelling; the system's resolver has the last word. */
function isIpv6(text: string): boolean {
  return /^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]+)?$/.test(text) && text.includes(":");
}

function parseUnix(text: string): Address {
  const path = text.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
  if (path === "") throw invalid(text, "the path is empty");
  if (path.includes("\0")) throw invalid(text, "the path contains NUL");
  if (Buffer.byteLength(path) > maxUnixPathBytes) {
    throw invalid(text, `the path is longer than the ${maxUnixPathBytes} bytes that systems allow for a socket`);
  }
  return { scheme: "unix", path, text: `unix:${path}` };
}

function parseNamed(scheme: "memory" | "worker", text: string): Address {
  const name = text.slice(scheme.length + 1);
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    throw invalid(text, `a ${scheme} name has 1 to 64 letters, digits, ".", "_" or "-"`);
  }
  return { scheme, name, text };
}

function parseWebSocket(text: string): Address {
  const found = parseWebSocketAddress(text);
  if (typeof found === "string") throw invalid(text, found);
  return found;
}

/** `tcp://host:port`, with brackets around an IPv6 host. */
export function formatTcpAddress(host: string, port: number, scheme: "tcp" | "tls" = "tcp"): string {
  return `${scheme}://${formatHostPort(host, port)}`;
}

/** `host:port`, with brackets around an IPv6 host. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True for a host that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(host);
}

function invalid(text: string, fault: string): TypeError {
  return new TypeError(`"${text}" is not an address: ${fault}. ${forms}`);
}
