import { AbortRegistry } from "../call/abort-registry.ts";
import type { CallOptions, Invoker, MethodType } from "../call/method-type.ts";
import { checkTimeout } from "../call/deadline.ts";
import { Backoff } from "../client/backoff.ts";
import type { Channel, CloseOptions } from "../client/channel.ts";
import type { ChannelOptions } from "../client/channel-options.ts";
import type { ChannelState } from "../client/channel-state.ts";
import { fixedView, instanceAt } from "../client/sole-reach.ts";
import { askForToken } from "../client/token.ts";
import type { Timer } from "../environment/environment.ts";
import { quietly } from "../errors/quietly.ts";
import { RpcError } from "../errors/rpc-error.ts";

import { type CallHome, type CallPlan, runCall, streamsOf } from "./call.ts";
import { fault } from "../errors/fault.ts";
import { createLink } from "./link.ts";
import type { Link } from "./link-contract.ts";
import { checkDefaults, checkOptions, elsewhere, type LeanDefaults } from "./options.ts";
import { tooManyPingsCode } from "./numbers.ts";

/** A connection that lived this long was worth making: the failures before it count no more. */
const provenMs = 1_000;
const maxKeepaliveMs = 600_000;
const defaultGraceMs = 10_000;

/**
 * Makes a channel of one WebSocket connection. It connects with the first call and, when the connection was lost, with the next, unless it
 * is `eager`.
 * @throws TypeError or RangeError at once for options that cannot work, or that only the client with everything knows
 */
export function createChannel(options: ChannelOptions): Channel {
  const { token, peerName, onStateChange } = options;
  const checked = checkOptions(options);
  const { target, environment, limits, connectTimeoutMs, isEager } = checked;
  const links = new Set<Link>();
  const waiters = new Set<(error?: RpcError) => void>();
  const backoff = new Backoff(environment);
  let current: Link | undefined;
  let state: ChannelState = "idle";
  let openedMs = Infinity;
  let { keepaliveMs } = limits;
  /** Until the present link is dialled. */
  let pause: Timer | undefined;
  let isClosing = false;

  function enter(next: ChannelState): void {
    const previous = state;
    if (previous === next || previous === "closed") return;
    state = next;
    quietly(() => onStateChange?.(next, previous));
  }

  function make(isWanted: boolean): Link {
    const link = createLink({
      target,
      environment,
      limits: { ...limits, keepaliveMs },
      connectTimeoutMs,
      peerName,
      token: () => askForToken(token),
      onState: () => onLinkState(link),
      onGoaway(code) {
        if (code === tooManyPingsCode) keepaliveMs = Math.min(keepaliveMs * 2, maxKeepaliveMs);
      },
    });
    links.add(link);
    current = link;
    openedMs = Infinity;
    dialIn(link, backoff.delayMs(isWanted));
    return link;
  }

  function dialIn(link: Link, delayMs: number): void {
    pause?.cancel();
    const dial = (): void => {
      pause = undefined;
      if (link.state === "closed") return;
      backoff.begin();
      enter("connecting");
      link.dial();
    };
    if (delayMs > 0) pause = environment.setTimer(delayMs, dial);
    else dial();
  }

  /** Somebody wants the connection now. */
  function shorten(delayMs: number): void {
    if (pause !== undefined && current !== undefined) dialIn(current, delayMs);
  }

  function onLinkState(link: Link): void {
    if (link.state === "closed") links.delete(link);
    if (link !== current) return;
    if (link.state === "open") {
      openedMs = environment.now();
      enter("ready");
      release();
    } else leave(link.state === "draining");
  }

  /** The connection takes no more calls. */
  function leave(isPolite: boolean): void {
    current = undefined;
    const isProven = environment.now() - openedMs >= provenMs;
    if (isProven || (isPolite && openedMs !== Infinity)) backoff.reset();
    if (isClosing) return;
    if (!isKept()) return enter(backoff.failures > 0 ? "transient_failure" : "idle");
    enter(backoff.failures === 0 ? "connecting" : "transient_failure");
    // Not at once: all clients of a server that goes away would come to its successor in the same moment.
    if (backoff.failures === 0) backoff.begin();
    environment.defer(() => {
      if (current === undefined && !isClosing && isKept()) make(false);
    });
  }

  function isKept(): boolean {
    return isEager || waiters.size > 0;
  }

  function release(error?: RpcError): void {
    for (const waiter of [...waiters]) waiter(error);
  }

  function clientClosed(): RpcError {
    return fault("client_closed", `The client of ${target} is closed; create another one for further calls.`);
  }

  function link(): Link {
    if (current === undefined && isClosing) throw clientClosed();
    if (current === undefined) return make(true);
    if (!isClosing) shorten(backoff.delayMs(true));
    return current;
  }

  function ready(signal: AbortSignal | undefined): Promise<void> {
    if (isClosing) return Promise.reject(clientClosed());
    if (state === "ready") return Promise.resolve();
    if (waiters.size >= limits.maxWaitingCalls)
      return Promise.reject(fault("too_many_calls", "Too many calls already wait for a connection."));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => settle(signal?.reason);
      const settle = (error?: unknown): void => {
        waiters.delete(settle);
        signal?.removeEventListener("abort", onAbort);
        if (error === undefined) resolve();
        else reject(error);
      };
      if (signal?.aborted === true) return onAbort();
      signal?.addEventListener("abort", onAbort);
      waiters.add(settle);
      link();
    });
  }

  function hurry(): void {
    if (isClosing) return;
    backoff.reset();
    if (current === undefined) make(false);
    else shorten(0);
  }

  async function close({ graceMs = defaultGraceMs }: CloseOptions = {}): Promise<void> {
    isClosing = true;
    shorten(0);
    enter("closed");
    release(clientClosed());
    await Promise.all([...links].map((open) => open.drain(graceMs)));
  }

  const aborts = new AbortRegistry();
  const view = fixedView([instanceAt(target)]);
  if (isEager) hurry();
  return Object.freeze<Channel>({
    target: options.target,
    get state() {
      return state;
    },
    get connections() {
      return state === "ready" ? 1 : 0;
    },
    instances: () => view,
    connect: hurry,
    ready,
    invoker(settings = {}) {
      const defaults = checkDefaults(settings, checked);
      return createInvoker({ environment, aborts, validate: defaults.validate, link }, defaults);
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  });
}

function createInvoker(home: CallHome, defaults: LeanDefaults): Invoker {
  function plan(method: MethodType, input: unknown, options: CallOptions = {}): CallPlan {
    if (options.parent !== undefined || options.compress === true)
      throw elsewhere('A call with "parent" or "compress"');
    const byDefault = method.kind === "unary" ? defaults.timeoutMs : defaults.streamTimeoutMs;
    const timeoutMs = checkTimeout(options.timeoutMs ?? method.policy.timeoutMs ?? byDefault);
    const waitForReady = options.waitForReady ?? defaults.waitForReady;
    return { home, method, options, timeoutMs, waitForReady, input };
  }

  function reply(method: MethodType, input: unknown, options?: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      runCall(plan(method, input, options), { onItem: () => undefined, onDone: resolve, onFailure: reject });
    });
  }

  function items(method: MethodType, input: unknown, options?: CallOptions): AsyncIterable<unknown> {
    return streamsOf(method).read(method, (outcome) => runCall(plan(method, input, options), outcome));
  }

  // The generated stubs know the types; in here messages are unknown.
  return { unary: reply, oneway: reply, serverStream: items, clientStream: reply, bidiStream: items } as Invoker;
}
