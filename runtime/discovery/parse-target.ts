import type { Credentials, Target } from "./target.ts";

/** What a target may have. More is a mistake, or somebody who tries how much is read. */
export const targetLimits: {
  readonly maxTextLength: number;
  readonly maxAuthorities: number;
  readonly maxParameters: number;
} = Object.freeze({ maxTextLength: 16_384, maxAuthorities: 1_000, maxParameters: 32 });

const forms = 'Write "tcp://host:port", "dns:///name:port" or "etcd://host:2379/shop.v1.Orders".';
/** What stands behind `user:` is no port, and ends at a sign that cannot be in it; an `@` comes later. */
const rawPassword = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#:@,[\]]*:(?!\d{1,5}[/?#,])[^@/?#]*[/?#][^]*@/;
const secretName = /pass|secret|token|credential/i;

/**
 * Reads a target: `scheme://[user[:password]@]host:port[,host:port...]/path[?name=value&...]` or `scheme:path`. Credentials, path and parameters
 * are percent-decoded; which schemes exist is up to who resolves it.
 * @throws TypeError that quotes the text, without passwords, and says which form was expected
 */
export function parseTarget(text: string): Target {
  if (typeof text !== "string") throw new TypeError(`A target must be a string, not ${typeof text}. ${forms}`);
  if (text.length > targetLimits.maxTextLength) {
    throw new TypeError(`A target has at most ${targetLimits.maxTextLength} characters, not ${text.length}.`);
  }
  if (rawPassword.test(text)) {
    throw new TypeError('A user or password in a target has "/", "?" or "#" in it; write them as %2F, %3F and %23.');
  }
  const shown = maskSecrets(text);
  const parts = /^([A-Za-z][A-Za-z0-9+.-]{0,31}):([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(text);
  if (parts === null) throw invalid(shown, "it has no scheme");
  const [, scheme = "", rest = "", query, fragment] = parts;
  if (/[\s\p{Cc}]/u.test(text)) throw invalid(shown, "it holds white space or control characters; write them as %20");
  if (fragment !== undefined) throw invalid(shown, 'a target has no "#"; write it as %23');
  if (/^\d{1,5}$/.test(rest)) throw invalid(shown, "it has no scheme");
  const found = rest.startsWith("//") ? hierarchical(rest.slice(2), shown) : opaque(rest, shown);
  return toTarget({ ...found, scheme: scheme.toLowerCase(), parameters: parametersOf(query, shown), text: shown });
}

type Place = Pick<Target, "authorities" | "path" | "credentials">;

function toTarget({ credentials, ...target }: Target): Target {
  if (target.scheme === "unix" && target.authorities.length === 0 && /^unix:\/\//i.test(target.text)) {
    return Object.freeze({ ...target, path: `/${target.path}` });
  }
  if (credentials === undefined) return Object.freeze(target);
  return Object.freeze(Object.defineProperty(target, "credentials", { value: credentials }) as Target);
}

function opaque(rest: string, shown: string): Place {
  if (rest === "") throw invalid(shown, "nothing stands behind the scheme");
  return { authorities: [], path: decode(rest, "path", shown) };
}

function hierarchical(rest: string, shown: string): Place {
  const slash = rest.indexOf("/");
  const place = slash < 0 ? rest : rest.slice(0, slash);
  const path = decode(slash < 0 ? "" : rest.slice(slash + 1), "path", shown);
  const at = place.lastIndexOf("@");
  const hosts = place.slice(at + 1);
  if (hosts === "" && (at >= 0 || path === "")) throw invalid(shown, 'no host stands behind "//"');
  const names = hosts === "" ? [] : hosts.split(",");
  if (names.length > targetLimits.maxAuthorities) {
    throw invalid(shown, `it has ${names.length} hosts; at most ${targetLimits.maxAuthorities} are read`);
  }
  const authorities = Object.freeze(names.map((name) => authority(name, shown)));
  return at < 0 ? { authorities, path } : { authorities, path, credentials: credentialsOf(place.slice(0, at), shown) };
}

function authority(name: string, shown: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(name);
  if (match === null) {
    const isBare = /^[0-9A-Fa-f:.]+$/.test(name);
    throw invalid(shown, isBare ? `an IPv6 address stands in brackets: "[${name}]"` : `"${name}" is not host:port`);
  }
  const [, ipv6, host = "", port] = match;
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    throw invalid(shown, `"${port}" is not a port; expected 1 to 65535`);
  }
  const suffix = port === undefined ? "" : `:${Number(port)}`;
  if (ipv6 !== undefined) return `[${ipv6Of(ipv6, shown)}]${suffix}`;
  if (host === "") throw invalid(shown, "a host is empty");
  if (!/^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})$/.test(host)) throw invalid(shown, `"${host}" is not a host name`);
  return `${host}${suffix}`;
}

/** A loose check of the spelling; the system's resolver has the last word. A zone is written `%25eth0`, as in a URL, or `%eth0`. */
function ipv6Of(text: string, shown: string): string {
  const plain = text.replace(/%25(?=[A-Za-z])/, "%");
  if (/^[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9._-]{1,32})?$/.test(plain) && plain.includes(":")) return plain;
  throw invalid(shown, `"[${text}]" is not an IPv6 address`);
}

function credentialsOf(text: string, shown: string): Credentials {
  const colon = text.indexOf(":");
  const user = decode(colon < 0 ? text : text.slice(0, colon), "user", shown);
  const password = colon < 0 ? "" : decode(text.slice(colon + 1), "password", shown);
  return Object.freeze({ user, password });
}

function parametersOf(query: string | undefined, shown: string): Readonly<Record<string, string>> {
  const entries = new Map<string, string>();
  for (const pair of (query ?? "").split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), "parameter", shown);
    if (!/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/.test(name)) throw invalid(shown, `a parameter has no proper name`);
    if (entries.has(name)) throw invalid(shown, `the parameter "${name}" stands in it twice`);
    entries.set(name, equals < 0 ? "" : decode(pair.slice(equals + 1), "parameter", shown));
  }
  if (entries.size > targetLimits.maxParameters) {
    throw invalid(shown, `it has ${entries.size} parameters; at most ${targetLimits.maxParameters} are read`);
  }
  return Object.freeze(Object.fromEntries(entries));
}

function decode(text: string, what: string, shown: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw invalid(shown, `its ${what} has a "%" that is no escape of UTF-8; write "%25" for the sign itself`);
  }
  if (/\p{Cc}/u.test(decoded)) throw invalid(shown, `its ${what} holds control characters`);
  return decoded;
}

/** The text with `***` for what is a password: behind the user, and in parameters whose names say so. */
function maskSecrets(text: string): string {
  return text
    .replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#:@]*):[^/?#]*@/, "$1:***@")
    .replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole: string, sign: string, name: string) =>
      secretName.test(name) ? `${sign}${name}=***` : whole,
    );
}

function invalid(shown: string, fault: string): TypeError {
  return new TypeError(`"${shown}" is not a target: ${fault}. ${forms}`);
}
