import { checkTimeout } from "../call/deadline.ts";
import { systemEnvironment } from "../environment/system.ts";
import type { Environment } from "../environment/environment.ts";
import { checkInterceptors } from "../interceptor/compose.ts";
import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { createLimits, type Limits } from "../protocol/limits.ts";
import { type Address, parseAddress } from "../transport/address.ts";
import { builtinTransports, transportFor } from "../transport/builtin.ts";
import type { TransportKind } from "../transport/transport.ts";

/** Settings that each client of a channel may choose for itself. */
export interface CallDefaults {
  /** Milliseconds that a unary call may take when neither the call nor the schema says. `Infinity`: no deadline. Default: 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The same for streams. Default: `Infinity`. */
  readonly streamTimeoutMs?: number | undefined;
  /** Checks requests against the constraints of the schema before they are sent. The server checks in any case. Default: false. */
  readonly validate?: boolean | undefined;
  /** Around every call, the first one outermost. Default: none. */
  readonly interceptors?: readonly ClientInterceptor[] | undefined;
}

/** How to reach a server. */
export interface ChannelOptions extends CallDefaults {
  /** `tcp://host:port`, `unix:/path` or `memory:name`. */
  readonly target: string;
  /** How messages are written. The server may answer that it takes only the other. Default: `binary`. */
  readonly codec?: "binary" | "json" | undefined;
  /** Milliseconds for one attempt to connect. Default: 1,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Allows unencrypted connections to other machines. Default: false. */
  readonly insecure?: boolean | undefined;
  /** Parts that are set up with the channel and stopped with it. Default: none. */
  readonly plugins?: readonly Plugin<ClientInterceptor>[] | undefined;
  /** What differs from the default limits of the protocol. */
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
  readonly interceptors: readonly ClientInterceptor[];
}

/** {@link ChannelOptions} with every value known. */
export interface CheckedChannelOptions {
  readonly address: Address;
  readonly transport: TransportKind;
  readonly codec: "binary" | "json";
  readonly connectTimeoutMs: number;
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
  interceptors: Object.freeze([]),
});

/** @throws TypeError or RangeError that names the option, what was found and what is expected */
export function checkChannelOptions(options: ChannelOptions): CheckedChannelOptions {
  if (typeof options?.target !== "string") {
    throw new TypeError('The option "target" is missing; name the server, as in { target: "tcp://127.0.0.1:9000" }.');
  }
  const address = parseAddress(options.target);
  const transport = transportFor(address, [...(options.transports ?? []), ...builtinTransports]);
  if (options.insecure !== true && !transport.isPrivate(address)) throw plaintext(address.text);
  return {
    address,
    transport,
    codec: checkCodec(options.codec),
    connectTimeoutMs: checkTimeout(options.connectTimeoutMs ?? 1_000, "connectTimeoutMs"),
    plugins: options.plugins ?? [],
    limits: createLimits(options.limits),
    peerName: options.peerName,
    environment: options.environment ?? systemEnvironment,
    defaults: checkDefaults(options),
  };
}

/** Lays `options` over `base`. @throws RangeError or TypeError */
export function checkDefaults(options: CallDefaults, base: CheckedDefaults = callDefaults): CheckedDefaults {
  return {
    timeoutMs: checkTimeout(options.timeoutMs ?? base.timeoutMs),
    streamTimeoutMs: checkTimeout(options.streamTimeoutMs ?? base.streamTimeoutMs, "streamTimeoutMs"),
    validate: options.validate ?? base.validate,
    interceptors: [...base.interceptors, ...(checkInterceptors(options.interceptors) as readonly ClientInterceptor[])],
  };
}

function checkCodec(codec: unknown): "binary" | "json" {
  if (codec === undefined || codec === "binary") return "binary";
  if (codec === "json") return "json";
  throw new TypeError(`The option "codec" is ${JSON.stringify(codec)}; expected "binary" or "json".`);
}

function plaintext(target: string): TypeError {
  return new TypeError(
    `${target} is on another machine and the connection would not be encrypted. Write insecure: true if its network may be trusted.`,
  );
}
