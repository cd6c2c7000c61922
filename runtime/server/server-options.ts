import { type Compression, type CompressionOptions, createCompression } from "../compression/compression.ts";
import { checkPolicies, type MethodPolicies } from "../call/method-policies.ts";
import type { Environment } from "../environment/environment.ts";
import { checkOptionKinds, type OptionKinds } from "../environment/option-kinds.ts";
import { systemEnvironment } from "../environment/system.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { checkInterceptors } from "../interceptor/compose.ts";
import type { ServerInterceptor } from "../interceptor/interceptor.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { checkLimitNames, createLimits, defaultLimits, type Limits } from "../protocol/limits.ts";
import type { SniffOptions } from "../transport/sniff.ts";
import { createTlsTransport, type TlsTransport } from "../transport/tls.ts";
import { checkServerTls, type TlsOptions } from "../transport/tls-options.ts";
import { checkTransports, type TransportKind } from "../transport/transport.ts";
import { checkOrigins } from "../transport/websocket-origin.ts";
import type { Authenticate } from "./authentication.ts";
import { type Authorize, createGate, type Gate } from "./authorization.ts";
import { createConsoleReport, type ErrorReport } from "./error-report.ts";
import { checkHealth, probesOf, type ServerHealth } from "./health.ts";
import type { ServerRegistration } from "./registrar.ts";

/** Limits over all connections of a server. */
export interface ServerLimits {
  /** Connections at a time. Breach: the oldest one that is still in its handshake is closed, or the new one. */
  readonly maxConnections: number;
  /** Connections that are still in their handshake. Breach: as above. Those in a handshake of TLS count apart from those after it, each listener for itself. */
  readonly maxHandshakes: number;
  /**
   * Connections from one address at a time, those of one machine or of all behind its router, handshakes of TLS included. Of an IPv6 address the first 64 bits count.
   * Breach: the new one is closed. 64 is a good value.
   */
  readonly maxConnectionsPerAddress: number;
  /**
   * Bytes of messages that arrived and are not done with, over all connections: requests whose handlers run, items that were not read, messages
   * of which a part is there. Breach: `too_many_calls` for the call. From 95 % on new connections are closed.
   */
  readonly maxInboundBytes: number;
  /**
   * Bytes of messages that wait to be sent, over all connections. Breach: `resource_exhausted` in place of the reply or item. Connections that take
   * nothing for `slowPeerMs` are closed and free theirs.
   */
  readonly maxTotalOutboundBytes: number;
  /** Calls whose handlers have not settled. Breach: `too_many_calls`. */
  readonly maxTotalCalls: number;
}

/** Settings of a server. Every one has a default. */
export interface ServerOptions {
  /** Around every handler, the first one outermost. Default: none. */
  readonly interceptors?: readonly ServerInterceptor[] | undefined;
  /** Parts that are set up with the server and stopped with it. Default: none. */
  readonly plugins?: readonly Plugin<ServerInterceptor>[] | undefined;
  /** Registries that the server's services are kept in from the first `listen` to `close`. Default: none. */
  readonly registrations?: readonly ServerRegistration[] | undefined;
  /** Policies over those of the schema, see `createConfiguration`; they may change while calls run. Default: none. */
  readonly configuration?: MethodPolicies | undefined;
  /** What differs from the default limits; all of them are in LIMITS.md. */
  readonly limits?: Partial<Limits & ServerLimits> | undefined;
  /** Allows unencrypted connections from other machines. Default: false. */
  readonly insecure?: boolean | undefined;
  /**
   * Key and certificate for `tls://` addresses, as `node:tls` takes them; `ca` and `requestCert` for mutual TLS. Default: none.
   */
  readonly tls?: TlsOptions | undefined;
  /** Asked for each peer that connects, before it says anything (with TLS, before its handshake); only `true` lets it in. Default: everybody. */
  readonly onAccept?: ((peer: { readonly address: string }) => boolean) | undefined;
  /** Says who a connection belongs to. With this or `authorize`, methods that no rule opens are closed. Default: nobody is asked. */
  readonly authenticate?: Authenticate | undefined;
  /** Decides, before the body is decoded, whether a caller may call a method; after the schema's `@auth`. Default: the schema alone decides. */
  readonly authorize?: Authorize | undefined;
  /** Methods (`/package.Service/Method`) and services (`package.Service`) that are open to everybody although the server authenticates. */
  readonly publicMethods?: readonly string[] | undefined;
  /**
   * Compresses replies and reads compressed requests: `true` for all methods, an object for details, `false` for none. Default: only methods
   * with `@compress` in the schema.
   */
  readonly compression?: boolean | CompressionOptions | undefined;
  /**
   * Gets every error whose text the caller does not see, with the id that the caller does see, and every error of a one-way call. One-way calls that are turned
   * away come as one error per method, then as one in ten seconds with their number.
   * Default: one line and the stack on stderr, of each method ten a second at most.
   */
  readonly onError?: ((error: unknown, report: ErrorReport) => void) | undefined;
  /**
   * Web pages that may connect by WebSocket: `"https://app.example.com"`, or `"*"` for all. Programs that are no browsers always may.
   * Default: pages of the same host and port.
   */
  readonly origins?: readonly string[] | undefined;
  /** Path of the WebSocket on every port. Default: `/`. */
  readonly webSocketPath?: string | undefined;
  /**
   * Answers `GET /healthz` (alive?) and `GET /readyz` (are calls welcome?) on every port, in plain HTTP with status 200 or 503; told first when the server closes.
   * `createHealth()` of `@rpcgen/runtime/health` makes one. Default: none, and no such paths.
   */
  readonly health?: ServerHealth | undefined;
  /** Transports besides tcp, unix and memory. */
  readonly transports?: readonly TransportKind[] | undefined;
  /** Name of this program as clients see it. */
  readonly peerName?: string | undefined;
  /** Clock, timers and random numbers. Default: the system's. For tests. */
  readonly environment?: Environment | undefined;
}

/** {@link ServerOptions} with every value known. */
export interface CheckedServerOptions {
  readonly registrations: readonly ServerRegistration[];
  readonly interceptors: readonly ServerInterceptor[];
  readonly plugins: readonly Plugin<ServerInterceptor>[];
  readonly configuration: MethodPolicies | undefined;
  readonly limits: Limits;
  readonly serverLimits: ServerLimits;
  readonly insecure: boolean;
  readonly tls: TlsTransport | undefined;
  readonly onAccept: ServerOptions["onAccept"];
  readonly authenticate: Authenticate | undefined;
  /** Undefined: every call is let in. */
  readonly gate: Gate | undefined;
  readonly compression: Compression;
  readonly onError: (error: unknown, report: ErrorReport) => void;
  readonly sniff: SniffOptions;
  readonly health: ServerHealth | undefined;
  readonly transports: readonly TransportKind[];
  readonly peerName: string | undefined;
  readonly environment: Environment;
}

/** The fixed part of a frame. */
const fixedFrameBytes = 20;

/** The limits over all connections that hold unless told otherwise. */
export const defaultServerLimits: ServerLimits = Object.freeze({
  maxConnections: 10_000,
  maxHandshakes: 512,
  maxConnectionsPerAddress: 10_000,
  maxInboundBytes: 256 * 1024 * 1024,
  maxTotalOutboundBytes: 256 * 1024 * 1024,
  maxTotalCalls: 10_000,
});

const kinds: OptionKinds<ServerOptions> = {
  interceptors: "list",
  plugins: "list",
  registrations: "list",
  configuration: "object",
  limits: "object",
  insecure: "boolean",
  tls: "any",
  onAccept: "function",
  authenticate: "function",
  authorize: "function",
  publicMethods: "list",
  compression: "any",
  onError: "function",
  origins: "list",
  webSocketPath: "any",
  health: "object",
  transports: "list",
  peerName: "string",
  environment: "object",
};

/** @throws TypeError or RangeError that names the option, what was found and what is expected */
export function checkServerOptions(options: ServerOptions): CheckedServerOptions {
  checkOptionKinds("createServer", options, kinds);
  const { serverLimits, limits: given } = partLimits(options.limits ?? {});
  const limits = createLimits(given);
  return {
    registrations: options.registrations ?? [],
    interceptors: checkInterceptors(options.interceptors),
    plugins: options.plugins ?? [],
    configuration: checkPolicies(options.configuration),
    limits,
    serverLimits: checkServerLimits(serverLimits),
    insecure: options.insecure === true,
    tls: options.tls === undefined ? undefined : createTlsTransport(checkServerTls(options.tls)),
    onAccept: options.onAccept,
    authenticate: options.authenticate,
    gate: gateOf(options),
    compression: createCompression(options.compression),
    onError: options.onError ?? createConsoleReport(options.environment ?? systemEnvironment),
    sniff: {
      webSocketPath: checkPath(options.webSocketPath),
      origins: checkOrigins(options.origins),
      probe: probesOf(options.health),
      maxWebSocketFrameBytes: limits.maxFrameBytes + fixedFrameBytes,
    },
    health: checkHealth(options.health),
    transports: checkTransports(options.transports ?? []),
    peerName: options.peerName,
    environment: options.environment ?? systemEnvironment,
  };
}

function gateOf({ authenticate, authorize, publicMethods }: ServerOptions): Gate | undefined {
  if (authenticate === undefined && authorize === undefined) return undefined;
  return createGate({ authorize, publicMethods: publicMethods ?? [] });
}

function checkPath(path: unknown = "/"): string {
  if (typeof path === "string" && /^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/.test(path)) return path;
  throw new TypeError(mustBe('The option "webSocketPath"', 'a path such as "/rpc"', path));
}

function partLimits(given: Partial<Limits & ServerLimits>): {
  serverLimits: Partial<ServerLimits>;
  limits: Partial<Limits>;
} {
  checkLimitNames(given, { ...defaultLimits, ...defaultServerLimits });
  const isOfServer = ([name]: [string, unknown]): boolean => Object.hasOwn(defaultServerLimits, name);
  const entries = Object.entries(given);
  return {
    serverLimits: Object.fromEntries(entries.filter(isOfServer)),
    limits: Object.fromEntries(entries.filter((entry) => !isOfServer(entry))),
  };
}

function checkServerLimits(given: Partial<ServerLimits>): ServerLimits {
  const limits: Record<string, number> = { ...defaultServerLimits };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(mustBe(`The limit ${name}`, "a whole number above 0", value));
    }
    limits[name] = value;
  }
  return limits as unknown as ServerLimits;
}
