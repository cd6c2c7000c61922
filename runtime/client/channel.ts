import { createAbortRegistry } from "../call/abort-registry.ts";
import type { Invoker } from "../call/method-type.ts";
import { TimerWheel } from "../environment/timer-wheel.ts";
import { startPlugins } from "../plugin/kernel.ts";
import { type CallDefaults, type ChannelOptions, checkChannelOptions, checkDefaults } from "./channel-options.ts";
import { createConnector } from "./connector.ts";
import { createInvoker } from "./invoker.ts";

/** How {@link Channel.close} ends. */
export interface CloseOptions {
  /** Milliseconds that calls in progress get before they fail with `connection_lost`. Default: 10,000. */
  readonly graceMs?: number | undefined;
}

/** The pipe to one server. Services that share a channel share its connection. */
export interface Channel {
  /** As given. */
  readonly target: string;
  /** What the stub of a client calls. @param settings what differs from the defaults of the channel */
  invoker(settings?: CallDefaults): Invoker;
  /** Lets running calls end, then closes the connection. Calls made afterwards fail with `cancelled`. Idempotent. */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds that calls get by default when something closes. */
const defaultGraceMs = 10_000;

/**
 * Makes a channel. It connects with the first call and, when the connection was lost, with the next.
 *
 * @throws TypeError or RangeError at once for options that cannot work
 */
export function createChannel(options: ChannelOptions): Channel {
  const checked = checkChannelOptions(options);
  const { environment } = checked;
  const connector = createConnector(checked);
  const plugins = startPlugins({
    side: "client",
    environment,
    interceptors: checked.defaults.interceptors,
    plugins: checked.plugins,
  });
  const base = { ...checked.defaults, interceptors: plugins.interceptors };
  const aborts = createAbortRegistry();
  const wheel = new TimerWheel(environment);
  let closing: Promise<void> | undefined;

  function close({ graceMs = defaultGraceMs }: CloseOptions = {}): Promise<void> {
    closing ??= connector.close(graceMs).then(() => {
      wheel.close();
      return plugins.stop();
    });
    return closing;
  }

  return Object.freeze<Channel>({
    target: options.target,
    invoker(settings) {
      const defaults = settings === undefined ? base : checkDefaults(settings, base);
      const scope = { aborts, wheel, validate: defaults.validate, connection: connector.connection };
      return createInvoker(scope, defaults, environment);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  });
}
