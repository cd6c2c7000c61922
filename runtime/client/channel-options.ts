import { checkPolicies, type MethodPolicies } from "../call/method-policies.ts";
import { checkConnectTimeout, checkTimeout } from "../call/deadline.ts";
import { type Compression, type CompressionOptions, createCompression } from "../compression/compression.ts";
import { checkOptionKinds, type OptionKinds } from "../environment/option-kinds.ts";
import { systemEnvironment } from "../environment/system.ts";
import type { Environment } from "../environment/environment.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { checkFaultMode, type FaultMode } from "../governance/fault-mode.ts";
import { checkInterceptors } from "../interceptor/compose.ts";
import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { createLimits, type Limits } from "../protocol/limits.ts";
import { type Address, parseAddress } from "../transport/address.ts";
import { builtinTransports, transportFor } from "../transport/builtin.ts";
import { createTlsTransport } from "../transport/tls.ts";
import type { TlsSource } from "../transport/tls-options.ts";
import { checkTransports, type TransportKind } from "../transport/transport.ts";
import type { ChannelState } from "./channel-state.ts";
import type { ClusterOptions } from "./cluster-options.ts";
import { isList } from "./cluster-target.ts";
import { isResolved } from "./resolve.ts";

/** Settings that each client of a channel may choose for itself. */
export interface CallDefaults {
  /** Milliseconds that a unary call may take when neither the call nor the schema says. `Infinity`: no deadline. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The same for streams. Default: `Infinity`. */
  readonly streamTimeoutMs?: number | undefined;
  /** Checks requests against the constraints of the schema before they are sent. The server checks in any case. Default: false. */
  readonly validate?: boolean | undefined;
  /**
   * Lets calls wait, until their deadline, for a connection that works. Otherwise they fail with the attempt to connect that they
   * came upon. Default: false.
   */
  readonly waitForReady?: boolean | undefined;
  /** Around every call or, with `at: "attempt"`, around every attempt; the first one outermost. Default: none. */
  readonly interceptors?: readonly ClientInterceptor[] | undefined;
  /** Policies over those of the schema, see `createConfiguration`; they may change while calls run. Default: none. */
  readonly configuration?: MethodPolicies | undefined;
  /** What becomes of unary calls whose attempt fails. Default: they have one attempt, which fails fast. */
  readonly faultMode?: FaultMode | undefined;
}

/** How to reach a server, or a service that several servers offer. */
export interface ChannelOptions extends CallDefaults, ClusterOptions {
  /**
   * `tcp://host:port`, `tls://host:port`, `unix:/path` or `memory:name`; several of them with commas between: `tcp://a:9000,b:9000`; or what finds
   * instances: `dns:///name:port`, `file:///instances.json`, or a scheme of one of the `resolvers`.
   */
  readonly target: string;
  /** How messages are written. The server may answer that it takes only the other. Default: `binary`. */
  readonly codec?: "binary" | "json" | undefined;
  /**
   * When connections are made. `lazy`: with the first call, and after a loss with the next one. `eager`: at once, and again after a loss.
   * Default: `lazy`.
   */
  readonly connect?: "lazy" | "eager" | undefined;
  /**
   * Connections to each server, 1 to 64; a call takes the one with the fewest calls in progress. Lazy ones are made when all others are busy.
   * More than one is for isolation and for servers of several processes, not for speed: fewer calls share a write. Default: 1.
   */
  readonly connections?: number | undefined;
  /** Told of each change of {@link Channel.state}. What it throws is ignored. */
  readonly onStateChange?: ((state: ChannelState, previous: ChannelState) => void) | undefined;
  /** Milliseconds for one attempt to connect, 600,000 at most; then `handshakeMs` of the limits begin. Default: 1,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * Certificates for `tls://` targets, as `node:tls` takes them. A function is asked before each connection, so that new ones are used as soon as
   * they are there. Default: no own certificate, and the authorities that come with Node.
   */
  readonly tls?: TlsSource | undefined;
  /**
   * Tells the server who is calling: a token, or a function that is asked for one before each connection. It travels as it is, so only
   * over connections that nobody can listen to.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /**
   * Compresses requests and reads compressed replies: `true` for all methods, an object for details, `false` for none. Default: only methods
   * with `@compress` in the schema.
   */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** Allows unencrypted connections to other machines. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Parts that are set up with the channel and stopped with it. Default: none. */
  readonly plugins?: readonly Plugin<ClientInterceptor>[] | undefined;
  /** What differs from the default limits of the protocol; all of them are in LIMITS.md. */
  readonly limits?: Partial<Limits> | undefined;
  /** Transports besides tcp, unix and memory. */
  readonly transports?: readonly TransportKind[] | undefined;
  /** Name of this program as servers see it. */
  readonly peerName?: string | undefined;
  /** Clock, timers and random numbers. Default: the system's. For tests. */
  readonly environment?: Environment | undefined;
}

/** {@link CallDefaults} with every value known. */
export interface CheckedDefaults {
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number;
  readonly validate: boolean;
  readonly waitForReady: boolean;
  readonly interceptors: readonly ClientInterceptor[];
  readonly configuration: MethodPolicies | undefined;
  readonly faultMode: FaultMode | undefined;
}

/** What is known of one address that connections go to. */
export interface Site {
  readonly address: Address;
  readonly transport: TransportKind;
}

/** {@link ChannelOptions} with every value known. */
export interface CheckedChannelOptions {
  /** Undefined when the target is not a single address. */
  readonly site: Site | undefined;
  /** Whom a connection may be made to. @throws TypeError for an address that no transport serves, or one that others could listen to */
  siteOf(address: Address): Site;
  readonly codec: "binary" | "json";
  readonly connect: "lazy" | "eager";
  readonly connections: number;
  readonly onStateChange: ((state: ChannelState, previous: ChannelState) => void) | undefined;
  readonly connectTimeoutMs: number;
  readonly token: ChannelOptions["token"];
  readonly compression: Compression;
  readonly plugins: readonly Plugin<ClientInterceptor>[];
  readonly limits: Limits;
  readonly peerName: string | undefined;
  readonly environment: Environment;
  readonly defaults: CheckedDefaults;
}

/** What holds where a client's options say nothing. */
export const callDefaults: CheckedDefaults = Object.freeze({
  timeoutMs: 30_000,
  streamTimeoutMs: Infinity,
  validate: false,
  waitForReady: false,
  interceptors: Object.freeze([]),
  configuration: undefined,
  faultMode: undefined,
});

const kindsOfDefaults: OptionKinds<CallDefaults> = {
  timeoutMs: "any",
  streamTimeoutMs: "any",
  validate: "boolean",
  waitForReady: "boolean",
  interceptors: "list",
  configuration: "object",
  faultMode: "object",
};

const kinds: OptionKinds<ChannelOptions> = {
  ...kindsOfDefaults,
  target: "string",
  codec: "any",
  connect: "any",
  connections: "any",
  onStateChange: "function",
  connectTimeoutMs: "any",
  tls: "any",
  token: "any",
  compression: "any",
  insecure: "boolean",
  plugins: "list",
  limits: "object",
  transports: "list",
  peerName: "string",
  environment: "object",
  resolvers: "list",
  discovery: "any",
  balancer: "any",
  router: "any",
  detectors: "any",
};

const noPlugins: readonly never[] = Object.freeze([]);

/** @throws TypeError or RangeError that names the option, what was found and what is expected */
export function checkChannelOptions(options: ChannelOptions): CheckedChannelOptions {
  if (typeof options?.target !== "string") {
    throw new TypeError('The option "target" is missing; name the server, as in { target: "tcp://127.0.0.1:9000" }.');
  }
  checkOptionKinds("createClient and createChannel", options, kinds);
  const siteOf = siteFinder(options);
  return {
    site:
      isList(options.target) || isResolved(options.target, options.resolvers)
        ? undefined
        : siteOf(parseAddress(options.target)),
    siteOf,
    codec: checkCodec(options.codec),
    connect: checkConnect(options.connect),
    connections: checkConnections(options.connections),
    onStateChange: options.onStateChange,
    connectTimeoutMs: checkConnectTimeout(options.connectTimeoutMs ?? 1_000),
    token: checkToken(options.token),
    compression: createCompression(options.compression),
    plugins: options.plugins ?? noPlugins,
    limits: createLimits(options.limits),
    peerName: options.peerName,
    environment: options.environment ?? systemEnvironment,
    defaults: checkDefaults(options),
  };
}

function siteFinder({ transports, tls, insecure }: ChannelOptions): CheckedChannelOptions["siteOf"] {
  if (transports === undefined && tls === undefined && insecure !== true) return builtinSite;
  const all = [
    ...checkTransports(transports ?? []),
    ...(tls === undefined ? [] : [createTlsTransport(tls)]),
    ...builtinTransports,
  ];
  return (address) => siteAmong(all, address, insecure === true);
}

/** What most channels have, without a function of their own. */
function builtinSite(address: Address): Site {
  return siteAmong(builtinTransports, address, false);
}

function siteAmong(transports: readonly TransportKind[], address: Address, isInsecure: boolean): Site {
  const transport = transportFor(address, transports);
  if (!isInsecure && !transport.isPrivate(address)) throw plaintext(address.text);
  return { address, transport };
}

const settings: readonly (keyof CallDefaults)[] = Object.keys(callDefaults) as (keyof CallDefaults)[];

/** What a client over a shared channel says, laid over what the channel does. @throws RangeError or TypeError */
export function checkSettings(settings: CallDefaults, base: CheckedDefaults): CheckedDefaults {
  checkOptionKinds("a client over a shared channel", settings, kindsOfDefaults);
  return checkDefaults(settings, base);
}

/** Lays `options` over `base`, which is what comes of none. @throws RangeError or TypeError */
function checkDefaults(options: CallDefaults, base: CheckedDefaults = callDefaults): CheckedDefaults {
  if (settings.every((name) => options[name] === undefined)) return base;
  return {
    timeoutMs: checkTimeout(options.timeoutMs ?? base.timeoutMs),
    streamTimeoutMs: checkTimeout(options.streamTimeoutMs ?? base.streamTimeoutMs, "streamTimeoutMs"),
    validate: options.validate ?? base.validate,
    waitForReady: options.waitForReady ?? base.waitForReady,
    interceptors: [...base.interceptors, ...(checkInterceptors(options.interceptors) as readonly ClientInterceptor[])],
    configuration: checkPolicies(options.configuration) ?? base.configuration,
    faultMode: checkFaultMode(options.faultMode) ?? base.faultMode,
  };
}

function checkToken(token: ChannelOptions["token"]): ChannelOptions["token"] {
  if (token === undefined || typeof token === "string" || typeof token === "function") return token;
  throw new TypeError(`The option "token" must be a string or a function that gives one; found ${typeof token}.`);
}

function checkCodec(codec: unknown): "binary" | "json" {
  if (codec === undefined || codec === "binary") return "binary";
  if (codec === "json") return "json";
  throw new TypeError(mustBe('The option "codec"', '"binary" or "json"', codec));
}

function checkConnect(connect: unknown): "lazy" | "eager" {
  if (connect === undefined || connect === "lazy") return "lazy";
  if (connect === "eager") return "eager";
  throw new TypeError(mustBe('The option "connect"', '"lazy" or "eager"', connect));
}

const maxConnections = 64;

function checkConnections(connections: number = 1): number {
  if (Number.isInteger(connections) && connections >= 1 && connections <= maxConnections) return connections;
  throw new RangeError(mustBe('The option "connections"', `a whole number from 1 to ${maxConnections}`, connections));
}

function plaintext(target: string): TypeError {
  return new TypeError(
    `${target} is on another machine and the connection would not be encrypted. Use tls://, or write insecure: true if its network may be trusted.`,
  );
}
