import { checkConnectTimeout, checkTimeout } from "../call/deadline.ts";
import type { ChannelOptions } from "../client/channel-options.ts";
import { systemEnvironment } from "../environment/system.ts";
import type { Environment } from "../environment/environment.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { layLimits, pageLimits, type PageLimits, pageRanges } from "../protocol/limits.ts";
import { parseWebSocketAddress } from "../transport/websocket-address.ts";

/** Settings of calls, with every value known. */
export interface LeanDefaults {
  readonly timeoutMs: number;
  readonly streamTimeoutMs: number;
  readonly validate: boolean;
  readonly waitForReady: boolean;
}

/** Settings of a channel, with every value known. */
export interface LeanOptions extends LeanDefaults {
  readonly target: string;
  readonly limits: PageLimits;
  readonly environment: Environment;
  readonly connectTimeoutMs: number;
  readonly isEager: boolean;
}

const defaults: LeanDefaults = { timeoutMs: 30_000, streamTimeoutMs: Infinity, validate: false, waitForReady: false };

const known = [
  ...["timeoutMs", "streamTimeoutMs", "validate", "waitForReady", "target", "connect", "connectTimeoutMs"],
  ...["token", "insecure", "limits", "peerName", "onStateChange", "environment", "channel"],
];

/** Values of options that ask for nothing. */
const nothing: readonly unknown[] = [undefined, false, 1, "binary"];

/** What only the client with everything can do is refused, so that nothing is left out in silence. */
function checkNames(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name) && !nothing.includes(value)) throw elsewhere(`The option "${name}"`);
  }
}

/** The error for what is left out of bundles for pages. */
export function elsewhere(what: string): TypeError {
  return new TypeError(
    `${what} is left out of the small client for pages: import createClient from "@rpcgen/runtime/client" to have it.`,
  );
}

/** Lays `options` over `base`. @throws RangeError or TypeError */
export function checkDefaults(options: Partial<ChannelOptions>, base: LeanDefaults = defaults): LeanDefaults {
  checkNames(options);
  return {
    timeoutMs: checkTimeout(options.timeoutMs ?? base.timeoutMs),
    streamTimeoutMs: checkTimeout(options.streamTimeoutMs ?? base.streamTimeoutMs, "streamTimeoutMs"),
    validate: options.validate ?? base.validate,
    waitForReady: options.waitForReady ?? base.waitForReady,
  };
}

/** @throws TypeError or RangeError that names the option, what was found and what is expected */
export function checkOptions(options: ChannelOptions): LeanOptions {
  const {
    target,
    connect = "lazy",
    insecure,
    limits,
    environment = systemEnvironment,
    connectTimeoutMs = 1_000,
  } = options;
  const address = parseWebSocketAddress(target);
  if (typeof address === "string") {
    throw new TypeError(
      `The target ${JSON.stringify(target)} is not for this client: ${address}. Write "wss://host:port/"; createClient of "@rpcgen/runtime/client" takes "worker:name" too.`,
    );
  }
  if (address.scheme === "ws" && !address.isLoopback && insecure !== true) {
    throw new TypeError(
      `${address.text} would not be encrypted. Use wss://, or write insecure: true if its network may be trusted.`,
    );
  }
  if (connect !== "lazy" && connect !== "eager") {
    throw new TypeError(mustBe('The option "connect"', '"lazy" or "eager"', connect));
  }
  return {
    ...checkDefaults(options),
    target: address.text,
    limits: layLimits(limits ?? {}, pageLimits, pageRanges),
    environment,
    connectTimeoutMs: checkConnectTimeout(connectTimeoutMs),
    isEager: connect === "eager",
  };
}
