import type { ClientCall } from "../call/context.ts";
import type { MethodType } from "../call/method-type.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { Environment } from "../environment/environment.ts";
import { checkOptionParts } from "../environment/option-kinds.ts";
import type { RpcError } from "../errors/rpc-error.ts";

/** Settings of one attempt. */
export interface AttemptOptions {
  /** Where it goes, whatever router and balancer say. Default: they choose, and leave out what the call has tried, if they can. */
  readonly endpoint?: Endpoint | undefined;
}

/** An attempt that was started. */
export interface StartedAttempt {
  /** The reply. Unlike the call's own it may be left unhandled: rejections are seen to. */
  readonly reply: Promise<unknown>;
  /** Where it went last: it moves on by itself when a server refuses it before a handler saw it. Undefined until one was chosen. */
  readonly endpoint: Endpoint | undefined;
  /** Gives this attempt up, also at its server; the call goes on. Without effect after the outcome. */
  cancel(error?: RpcError): void;
}

/** What a fault mode may ask of its channel. */
export interface FaultScope {
  /** Clock, timers and random numbers; modes use no others. */
  readonly environment: Environment;
  /** The same object for all calls of a channel: what a mode keeps for a channel, it keeps under this. */
  readonly channel: object;
  /** Starts an attempt: through the interceptors at `attempt`, the router and the balancer. Never throws. */
  start(options?: AttemptOptions): StartedAttempt;
  /** Sends the request as a call of its own that takes up to `timeoutMs`, whether or not this one is over. Never throws. */
  repeat(timeoutMs: number): Promise<unknown>;
  /** The endpoints that the router allows for this call; one when the target is a single address. */
  endpoints(): readonly Endpoint[];
}

/** What a fault mode does beside a first attempt that the channel makes by itself: nothing, until something goes wrong or takes long. */
export interface AttemptWatch {
  /** The first attempt is about to be made. @returns milliseconds after which `late` is called unless it is over; `Infinity`: never */
  begin(call: ClientCall, channel: ChannelScope): number;
  /** It succeeded. */
  succeeded?(call: ClientCall, channel: ChannelScope): void;
  /** It failed. @returns the outcome of the call; undefined: the error is it */
  failed(call: ClientCall, scope: FaultScope, error: unknown): Promise<unknown> | undefined;
  /**
   * It takes long.
   * @param first takes the first attempt over: from then on its outcome is the mode's affair
   * @returns the outcome of the call; undefined, and `first` not called: asked again after the same time
   */
  late?(call: ClientCall, scope: FaultScope, first: () => StartedAttempt): Promise<unknown> | undefined;
}

/** What is the same for all calls of a channel. */
export type ChannelScope = Pick<FaultScope, "environment" | "channel">;

/**
 * Decides what becomes of a unary (or one-way) call whose attempts fail: tried again, tried twice at once, swallowed. It stands inside the interceptors
 * of the call and around those of its attempts. Without one a call has one attempt, which fails fast.
 *
 * The deadline of the call and its signal end it whatever the mode does; `call.signal` tells a mode that waits.
 */
export interface FaultMode {
  /** For metrics and diagnostics: `failover`. */
  readonly name: string;
  /** Called once per call. @returns the reply, or rejects with the outcome */
  run(call: ClientCall, scope: FaultScope): Promise<unknown>;
  /**
   * The cheap way for calls whose first attempt is as any other: a call that goes well costs no object and no promise then. Undefined, or not there: `run` is called.
   * `run` has to lead to the same outcomes, for it is called where interceptors stand around the attempts.
   */
  watch?(method: MethodType, channel: ChannelScope): AttemptWatch | undefined;
}

/** @throws TypeError for an object that is none */
export function checkFaultMode(mode: FaultMode | undefined): FaultMode | undefined {
  if (mode === undefined) return undefined;
  const maker = 'failover() of "@rpcgen/runtime/governance"';
  return checkOptionParts(mode, { name: "faultMode", parts: { name: "string", run: "function" }, maker });
}
