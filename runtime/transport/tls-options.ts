import type { SecureContextOptions } from "node:tls";

/** Certificates and how strictly they are checked. Keys and certificates as `node:tls` takes them: PEM as text or bytes. */
export interface TlsOptions {
  /** Private key of this side. Needed to listen. */
  readonly key?: SecureContextOptions["key"] | undefined;
  /** Certificate of this side with its chain. Needed to listen. */
  readonly cert?: SecureContextOptions["cert"] | undefined;
  /** Authorities that the other side's certificate may come from. Default: those that come with Node. */
  readonly ca?: SecureContextOptions["ca"] | undefined;
  readonly passphrase?: string | undefined;
  /** Revoked certificates. */
  readonly crl?: SecureContextOptions["crl"] | undefined;
  /** Default: TLS 1.2, the lowest that is allowed. */
  readonly minVersion?: "TLSv1.2" | "TLSv1.3" | undefined;
  /** Server: refuses clients that show no certificate of `ca`, which it then needs. Default: false. */
  readonly requestCert?: boolean | undefined;
  /** Client: the name that the server's certificate must have. Default: the host of the address. */
  readonly serverName?: string | undefined;
  /** Client: the URI that the server's certificate must have instead of a name: `spiffe://example.org/billing`. Default: none. */
  readonly serverUri?: string | undefined;
  /** Milliseconds for the handshake. Breach: close. Default: 5,000. */
  readonly handshakeTimeoutMs?: number | undefined;
}

/** {@link TlsOptions}, or a function that is asked for them before each connection, so that new certificates are used as soon as they are there. */
export type TlsSource = TlsOptions | (() => TlsOptions);

/** Milliseconds for a handshake unless told otherwise; Node's default is 120 s. */
const defaultHandshakeMs = 5_000;

const names: ReadonlySet<string> = /* @__PURE__ */ new Set<keyof TlsOptions>([
  "key",
  "cert",
  "ca",
  "passphrase",
  "crl",
  "minVersion",
  "requestCert",
  "serverName",
  "serverUri",
  "handshakeTimeoutMs",
]);

/** @throws TypeError or RangeError for a name that is no option, or a value that would weaken what is promised */
export function checkTlsOptions(options: TlsOptions): TlsOptions {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("TLS options are an object, as in { key, cert } for a server or { ca } for a client.");
  }
  const stranger = Object.keys(options).find((name) => !names.has(name));
  if (stranger !== undefined) {
    throw new TypeError(`"${stranger}" is not a TLS option; expected ${[...names].join(", ")}.`);
  }
  const { minVersion, handshakeTimeoutMs, requestCert } = options;
  if (requestCert !== undefined && typeof requestCert !== "boolean") {
    throw new TypeError(`requestCert is ${JSON.stringify(requestCert)}; expected true or false.`);
  }
  if (minVersion !== undefined && minVersion !== "TLSv1.2" && minVersion !== "TLSv1.3") {
    throw new TypeError(`minVersion is ${JSON.stringify(minVersion)}; expected "TLSv1.2" or "TLSv1.3".`);
  }
  if (handshakeTimeoutMs !== undefined && !(handshakeTimeoutMs > 0 && handshakeTimeoutMs <= 600_000)) {
    throw new RangeError(`handshakeTimeoutMs is ${String(handshakeTimeoutMs)}; expected milliseconds up to 600,000.`);
  }
  return options;
}

/** @throws TypeError when key or certificate is missing */
export function checkKeyAndCert(options: TlsOptions): TlsOptions {
  checkTlsOptions(options);
  if (options.key !== undefined && options.cert !== undefined) return options;
  throw new TypeError("To listen on tls:// a server needs its private key and certificate: tls: { key, cert }.");
}

/** @throws TypeError when key or certificate is missing, or the authority of clients that have to show one */
export function checkServerTls(options: TlsOptions): TlsOptions {
  checkKeyAndCert(options);
  // Without it Node takes the certificates of every public authority, and of an empty text as well.
  if (options.requestCert !== true || (options.ca !== undefined && options.ca.length !== 0)) return options;
  throw new TypeError(
    "requestCert needs the authority that the certificates of clients come from: { requestCert: true, ca }.",
  );
}

/** `options`, and what they leave out as it was in `before`. */
export function layTlsOptions(options: TlsOptions, before: TlsOptions): TlsOptions {
  return { ...before, ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) };
}

/** The part that makes a secure context. */
export function contextOptions({ key, cert, ca, passphrase, crl, minVersion }: TlsOptions): SecureContextOptions {
  const given = { key, cert, ca, passphrase, crl };
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...present, minVersion: minVersion ?? "TLSv1.2" };
}

/** Milliseconds that a handshake may take. */
export function handshakeMs(options: TlsOptions): number {
  return options.handshakeTimeoutMs ?? defaultHandshakeMs;
}
