import { createAbortRegistry } from "../call/abort-registry.ts";
import type { Invoker, ServiceType } from "../call/method-type.ts";
import type { InstanceView } from "../discovery/instance-view.ts";
import { wheelOf } from "../environment/timer-wheel.ts";
import { HookClock } from "../interceptor/hook-clock.ts";
import { startPlugins } from "../plugin/kernel.ts";
import { type CallDefaults, type ChannelOptions, checkChannelOptions, checkDefaults } from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { clientClosed } from "./connector.ts";
import { createInvoker } from "./invoker.ts";
import type { Connections, ReadyWaiter } from "./pool.ts";
import { createReach } from "./reach.ts";

/** How {@link Channel.close} ends. */
export interface CloseOptions {
  /** Milliseconds that calls in progress get before they fail with `connection_lost`. Default: 10,000. */
  readonly graceMs?: number | undefined;
}

/** The pipe to a server, or to all servers of a service. Services that share a channel share its connections. */
export interface Channel {
  /** As given. */
  readonly target: string;
  /**
   * What the stub of a client calls.
   * @param settings what differs from the defaults of the channel
   * @param service whose stub it is: connections made from then on offer what its methods need
   */
  invoker(settings?: CallDefaults, service?: ServiceType): Invoker;
  /** What calls may hope for now. */
  readonly state: ChannelState;
  /** Connections that are open now. */
  readonly connections: number;
  /** What is known of the instances of the target, how old that is, and what is held back. */
  instances(): InstanceView;
  /** Connects now, whatever failed before: for what knows that the server is back. */
  connect(): void;
  /**
   * Resolves once calls go through; connects when nothing is connected.
   * @throws the reason of `signal` when that fires first; RpcError `client_closed`, or `too_many_calls` above `maxWaitingCalls`
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** Lets running calls end, then closes the connection. Calls made afterwards fail with `cancelled`. Idempotent. */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds that calls get by default when something closes. */
const defaultGraceMs = 10_000;

/**
 * Makes a channel. Unless it is `eager` it connects with the first call and, when the connection was lost, with the next.
 *
 * @throws TypeError or RangeError at once for options that cannot work
 */
export function createChannel(options: ChannelOptions): Channel {
  const checked = checkChannelOptions(options);
  const { environment } = checked;
  const reach = createReach(checked, options, tellQuietly(checked.onStateChange));
  const { pool } = reach;
  const clock = new HookClock(environment);
  const plugins = startPlugins({
    side: "client",
    environment: clock,
    interceptors: checked.defaults.interceptors,
    plugins: checked.plugins,
  });
  const base = { ...checked.defaults, interceptors: plugins.interceptors };
  const aborts = createAbortRegistry();
  const wheel = wheelOf(environment);
  let closing: Promise<void> | undefined;

  function close({ graceMs = defaultGraceMs }: CloseOptions = {}): Promise<void> {
    closing ??= pool.close(graceMs).then(() => {
      wheel.rest();
      return plugins.stop();
    });
    return closing;
  }

  if (checked.connect === "eager") pool.connect(false);
  return Object.freeze<Channel>({
    get state() {
      return pool.state;
    },
    get connections() {
      return pool.size;
    },
    instances: reach.view,
    connect: () => pool.connect(true),
    ready: (signal) => untilReady(pool, options.target, signal),
    target: options.target,
    invoker(settings, service) {
      const { compression } = checked;
      const defaults = settings === undefined ? base : checkDefaults(settings, base);
      const mayBeMarked = defaults.configuration !== undefined;
      if (mayBeMarked || service?.methods.some(({ policy }) => policy.compress === true)) compression.allowMarked();
      const { maxMessageBytes } = checked.limits;
      const { validate } = defaults;
      const scope = { ...reach, aborts, wheel, validate, compression, maxMessageBytes };
      return createInvoker(scope, defaults, clock);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  });
}

function untilReady(pool: Connections, target: string, signal: AbortSignal | undefined): Promise<void> {
  if (pool.state === "closed") return Promise.reject(clientClosed(target));
  if (pool.state === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const waiter: ReadyWaiter = {
      onReady: () => finish(resolve),
      onRefused: (error) => finish(() => reject(error)),
    };
    const onAbort = (): void => finish(() => reject(signal?.reason));
    const finish = (settle: () => void): void => {
      pool.leave(waiter);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    if (signal?.aborted === true) return onAbort();
    signal?.addEventListener("abort", onAbort);
    pool.wait(waiter);
  });
}

/** A listener that throws is nobody else's problem. */
function tellQuietly(
  listener: ((state: ChannelState, previous: ChannelState) => void) | undefined,
): (state: ChannelState, previous: ChannelState) => void {
  return (state, previous) => {
    try {
      listener?.(state, previous);
    } catch {
      // As documented.
    }
  };
}
