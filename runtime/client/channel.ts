import { AbortRegistry } from "../call/abort-registry.ts";
import type { Invoker, ServiceType } from "../call/method-type.ts";
import type { InstanceView } from "../discovery/instance-view.ts";
import { checkOptionKinds } from "../environment/option-kinds.ts";
import { showAs } from "../environment/shown.ts";
import { type TimerWheel, wheelOf } from "../environment/timer-wheel.ts";
import { quietly } from "../errors/quietly.ts";
import { HookClock } from "../interceptor/hook-clock.ts";
import type { ClientInterceptor } from "../interceptor/interceptor.ts";
import { type PluginHost, startPlugins } from "../plugin/kernel.ts";
import {
  type CallDefaults,
  type ChannelOptions,
  checkChannelOptions,
  checkSettings,
  type CheckedChannelOptions,
  type CheckedDefaults,
} from "./channel-options.ts";
import type { ChannelState } from "./channel-state.ts";
import { clientClosed } from "./connector.ts";
import { createInvoker, type InvokerHome } from "./invoker.ts";
import type { Connections, ReadyWaiter } from "./pool.ts";
import { createReach } from "./reach.ts";
import type { Reach } from "./sole-reach.ts";

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
  return new ClientChannel(options);
}

/** A class, as whatever there is one of for each connection: what it has is made when it is asked for (bench `idle`). */
class ClientChannel implements Channel, InvokerHome {
  static {
    showAs(this, "Channel", ({ target, state, connections }) => ({ target, state, connections }));
  }

  readonly target: string;
  readonly checked: CheckedChannelOptions;
  readonly reach: Reach;
  readonly aborts: AbortRegistry;
  readonly wheel: TimerWheel;
  private readonly plugins: PluginHost<ClientInterceptor> | undefined;
  private readonly defaults: CheckedDefaults;
  private clock: HookClock | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: ChannelOptions) {
    const checked = checkChannelOptions(options);
    const { environment, defaults } = checked;
    this.target = options.target;
    this.checked = checked;
    this.reach = createReach(checked, options, tellQuietly(checked.onStateChange));
    this.aborts = new AbortRegistry();
    this.wheel = wheelOf(environment);
    this.clock = undefined;
    this.closing = undefined;
    this.plugins = this.startPlugins();
    this.defaults = this.plugins === undefined ? defaults : { ...defaults, interceptors: this.plugins.interceptors };
    if (checked.connect === "eager") this.reach.pool.connect(false);
  }

  get state(): ChannelState {
    return this.reach.pool.state;
  }

  get connections(): number {
    return this.reach.pool.size;
  }

  instances(): InstanceView {
    return this.reach.view();
  }

  connect(): void {
    this.reach.pool.connect(true);
  }

  ready(signal?: AbortSignal): Promise<void> {
    return untilReady(this.reach.pool, this.target, signal);
  }

  invoker(settings?: CallDefaults, service?: ServiceType): Invoker {
    const { compression } = this.checked;
    const defaults = settings === undefined ? this.defaults : checkSettings(settings, this.defaults);
    const mayBeMarked = defaults.configuration !== undefined;
    if (mayBeMarked || service?.methods.some(({ policy }) => policy.compress === true)) compression.allowMarked();
    return createInvoker(this, defaults);
  }

  close(options: CloseOptions = {}): Promise<void> {
    checkOptionKinds("close", options, { graceMs: "number" });
    const { graceMs = defaultGraceMs } = options;
    this.closing ??= this.reach.pool.close(graceMs).then(() => {
      this.wheel.rest();
      return this.plugins?.stop();
    });
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  hookClock(): HookClock {
    return (this.clock ??= new HookClock(this.checked.environment));
  }

  private startPlugins(): PluginHost<ClientInterceptor> | undefined {
    const { plugins, defaults } = this.checked;
    if (plugins.length === 0) return undefined;
    const { interceptors } = defaults;
    return startPlugins({ side: "client", environment: this.hookClock(), interceptors, plugins });
  }
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

type StateListener = (state: ChannelState, previous: ChannelState) => void;

const nobodyListens: StateListener = () => undefined;

/** A listener that throws is nobody else's problem. */
function tellQuietly(listener: StateListener | undefined): StateListener {
  if (listener === undefined) return nobodyListens;
  return (state, previous) => quietly(() => listener(state, previous));
}
