import type { AbortRegistry } from "../call/abort-registry.ts";
import type { CallInfo } from "../call/context.ts";
import { checkTimeout } from "../call/deadline.ts";
import type { MethodPolicies } from "../call/method-policies.ts";
import type { CallOptions, Invoker, Items, MethodType } from "../call/method-type.ts";
import type { Compression } from "../compression/compression.ts";
import type { ClientConnection } from "../connection/connection.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { Environment } from "../environment/environment.ts";
import { showAs } from "../environment/shown.ts";
import type { TimerWheel } from "../environment/timer-wheel.ts";
import { mustBe } from "../errors/wrong-value.ts";
import { failedItems } from "../interceptor/compose.ts";
import type { HookClock } from "../interceptor/hook-clock.ts";
import type { StreamNext, UnaryNext } from "../interceptor/interceptor.ts";
import { type Around, createAround, nobodyAround } from "./around.ts";
import { Attempt } from "./attempt.ts";
import type { AttemptScope } from "./attempt-scope.ts";
import type { CheckedChannelOptions, CheckedDefaults } from "./channel-options.ts";
import { type CallHome, ClientCallState } from "./client-call.ts";
import type { Picker } from "./cluster-pick.ts";
import { type GuardScope, guarded, guardedItems } from "./guard.ts";
import type { Connections } from "./pool.ts";
import { onlyItem } from "./settle.ts";
import type { Reach } from "./sole-reach.ts";

/** What the invokers of a channel share. */
export interface InvokerHome extends GuardScope {
  readonly checked: CheckedChannelOptions;
  readonly reach: Reach;
  /** That of hooks and fault modes: not to be asked when there are none. */
  hookClock(): HookClock;
}

/** What stubs call, for one channel and one set of defaults. Promises are passed on, never wrapped, unless interceptors stand between. */
export function createInvoker(home: InvokerHome, defaults: CheckedDefaults): Invoker {
  // The generated stubs know the types; in here messages are unknown.
  return new ClientInvoker(home, defaults) as Invoker;
}

/** One object, which calls and attempts ask for what they need as well: there is one for each client, and clients may be many (bench `idle`). */
class ClientInvoker implements AttemptScope, GuardScope, CallHome {
  static {
    showAs(this, "Invoker", ({ pool }) => ({ state: pool.state }));
  }

  readonly environment: Environment;
  readonly waitForReady: boolean;
  readonly validate: boolean;
  readonly pool: Connections;
  readonly picker: Picker | undefined;
  readonly compression: Compression;
  readonly maxMessageBytes: number;
  readonly aborts: AbortRegistry;
  readonly wheel: TimerWheel;
  private readonly reach: Reach;
  private readonly timeoutMs: number;
  private readonly streamTimeoutMs: number;
  private readonly configuration: MethodPolicies | undefined;
  private readonly unaryChain: UnaryNext | undefined;
  private readonly streamChain: StreamNext | undefined;

  constructor(home: InvokerHome, defaults: CheckedDefaults) {
    const { checked, reach } = home;
    this.environment = checked.environment;
    this.waitForReady = defaults.waitForReady;
    this.validate = defaults.validate;
    this.pool = reach.pool;
    this.picker = reach.picker;
    this.compression = checked.compression;
    this.maxMessageBytes = checked.limits.maxMessageBytes;
    this.aborts = home.aborts;
    this.wheel = home.wheel;
    this.reach = reach;
    this.timeoutMs = defaults.timeoutMs;
    this.streamTimeoutMs = defaults.streamTimeoutMs;
    this.configuration = defaults.configuration;
    const around = this.around(home, defaults);
    this.unaryChain = around.unary;
    this.streamChain = around.stream;
  }

  get endpoint(): Endpoint | undefined {
    return this.reach.endpoint;
  }

  connection(): ClientConnection {
    return this.reach.connection();
  }

  unary(method: MethodType, request: unknown, options: CallOptions | undefined): Promise<unknown> {
    try {
      const call = this.newCall(method, options);
      if (this.unaryChain === undefined) return new Attempt(call, this).reply(request);
      const reply = this.unaryChain(call, request);
      return call.passesOn(reply) ? reply : guarded(call, reply, this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  oneway(method: MethodType, request: unknown, options: CallOptions | undefined): Promise<unknown> {
    return this.unary(method, request, options);
  }

  serverStream(method: MethodType, request: unknown, options: CallOptions | undefined): AsyncIterable<unknown> {
    return this.items(method, request, options);
  }

  clientStream(method: MethodType, requests: Items<unknown>, options: CallOptions | undefined): Promise<unknown> {
    try {
      const call = this.newCall(method, options);
      if (this.streamChain === undefined) return new Attempt(call, this).reply(requests);
      return guarded(call, onlyItem(method, this.streamChain(call, requests)), this);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  bidiStream(method: MethodType, requests: Items<unknown>, options: CallOptions | undefined): AsyncIterable<unknown> {
    return this.items(method, requests, options);
  }

  /** `requests` is the one request of a server stream, or the items of a bidirectional one. */
  private items(method: MethodType, requests: unknown, options: CallOptions | undefined): AsyncIterable<unknown> {
    try {
      const call = this.newCall(method, options);
      if (this.streamChain === undefined) return new Attempt(call, this).items(requests);
      const sent = method.kind === "server_stream" ? [requests] : (requests as Items<unknown>);
      const items = this.streamChain(call, sent);
      return call.passesOn(items) ? items : guardedItems(call, items, this);
    } catch (error) {
      return failedItems(error);
    }
  }

  private newCall(called: MethodType, options: CallOptions | undefined): ClientCallState {
    const { configuration } = this;
    const method = configuration === undefined ? called : configuration.of(called);
    const byDefault = method.kind === "unary" ? this.timeoutMs : this.streamTimeoutMs;
    const timeoutMs = checkTimeout(options?.timeoutMs ?? method.policy.timeoutMs ?? byDefault);
    if (options?.parent === undefined) return new ClientCallState(method, options, timeoutMs, this);
    const { parent } = options;
    return new ClientCallState(method, belowParent(options, parent), Math.min(timeoutMs, parent.remainingMs), this);
  }

  private around(home: InvokerHome, defaults: CheckedDefaults): Around {
    if (defaults.interceptors.length === 0 && defaults.faultMode === undefined) return nobodyAround;
    return createAround(this, defaults, home.hookClock());
  }
}

/** What ends the parent ends the call. */
function belowParent(options: CallOptions, parent: CallInfo): CallOptions {
  if (typeof parent?.remainingMs !== "number")
    throw new TypeError(mustBe('The option "parent"', "the context that a handler got", parent));
  const { signal } = parent;
  return { ...options, signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]) };
}
