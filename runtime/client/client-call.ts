import type { CallInfo } from "../call/context.ts";
import { remainingFrom } from "../call/deadline.ts";
import { checkEntry, lazyMetadata, metadata, metadataEntries, type MetadataEntry } from "../call/metadata.ts";
import type { CallOptions, Metadata, MethodType } from "../call/method-type.ts";
import { findKept, keep, type Kept, type Slot } from "../call/slot.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { Environment, Timer } from "../environment/environment.ts";
import { showAs } from "../environment/shown.ts";
import type { TraceContext } from "../protocol/trace.ts";
import type { RoutedCall } from "../governance/routed-call.ts";
import { deadlinePassed, signalFault } from "./client-errors.ts";

const noOptions: CallOptions = Object.freeze({});

/** What a call takes from its client. */
export interface CallHome {
  readonly environment: Environment;
  /** Holds for calls that do not say themselves. */
  readonly waitForReady: boolean;
  /** The one place that calls can go to; undefined when there are several. */
  readonly endpoint: Endpoint | undefined;
}

/** One call of a client over all its attempts. Cheap to make: whatever is dear waits until it is asked for. */
export class ClientCallState implements RoutedCall {
  static {
    showAs(this, "ClientCall", ({ method, attempts }) => ({ method: method.path, attempts }));
  }

  readonly method: MethodType;
  readonly options: CallOptions;
  readonly startedMs: number;
  /** Absolute, on the environment's clock; `Infinity` without one. */
  readonly deadlineMs: number;
  /** Waits for a connection that works. */
  readonly waitForReady: boolean;
  /** Attempts that were started. */
  attempts: number;
  /** What the last attempt gave: a chain of interceptors that passes it on needs no watch of its own. */
  outcome: object | undefined;
  /** The outcome of the last attempt is the outcome of the call. */
  isPassedOn: boolean;
  /** Where it went before that; undefined for nowhere. */
  tried: Endpoint[] | undefined;
  /** What routers and balancers may look at. */
  message: unknown;
  trace: TraceContext | undefined;
  bytesSent: number;
  bytesReceived: number;
  private replyHooks: ((metadata: Metadata) => void)[] | undefined;
  private readonly home: CallHome;
  /** Where it went last, of several. */
  private chosen: Endpoint | undefined;
  private added: MetadataEntry[] | undefined;
  private kept: Kept | undefined;
  private controller: AbortController | undefined;
  private timer: Timer | undefined;
  private onSignal: (() => void) | undefined;

  constructor(method: MethodType, options: CallOptions | undefined, timeoutMs: number, home: CallHome) {
    this.method = method;
    this.options = options ?? noOptions;
    this.waitForReady = this.options.waitForReady ?? home.waitForReady;
    this.startedMs = home.environment.now();
    this.deadlineMs = this.startedMs + timeoutMs;
    this.attempts = 0;
    this.outcome = undefined;
    this.isPassedOn = false;
    this.tried = undefined;
    this.message = undefined;
    this.trace = this.options.parent?.trace;
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.replyHooks = undefined;
    this.home = home;
    this.chosen = undefined;
    this.added = undefined;
    this.kept = undefined;
    this.controller = undefined;
    this.timer = undefined;
    this.onSignal = undefined;
  }

  /** Where it went last. */
  get endpoint(): Endpoint | undefined {
    return this.chosen ?? this.home.endpoint;
  }

  set endpoint(endpoint: Endpoint | undefined) {
    this.chosen = endpoint;
  }

  get attempt(): number {
    return Math.max(0, this.attempts - 1);
  }

  /** Retries that led to the call that this one is made for. They travel on, so that no hop further down takes its call for a first try. */
  get attemptsAbove(): number {
    const { parent } = this.options;
    return parent === undefined ? 0 : parent.attempt;
  }

  get parent(): CallInfo | undefined {
    return this.options.parent;
  }

  get remainingMs(): number {
    return remainingFrom(this.deadlineMs, this.home.environment.now());
  }

  get metadata(): Metadata {
    return metadata(this.metadataEntries() ?? []);
  }

  /** What travels; undefined when there is nothing. */
  metadataEntries(): readonly MetadataEntry[] | undefined {
    const given = this.options.metadata;
    if (given === undefined) return this.added;
    const entries = metadataEntries(given);
    return this.added === undefined ? entries : metadataEntries([...entries, ...this.added]);
  }

  /** True when `outcome` is that of the last attempt, which then watches deadline and signal and has the last word. */
  passesOn(outcome: object): boolean {
    this.isPassedOn = outcome === this.outcome && this.controller === undefined;
    return this.isPassedOn;
  }

  setMetadata(key: string, value: string): void {
    checkEntry(key, value);
    (this.added ??= []).push([key, value]);
  }

  setTrace(trace: TraceContext): void {
    this.trace = trace;
  }

  watchReply(hook: (metadata: Metadata) => void): void {
    (this.replyHooks ??= []).push(hook);
  }

  /** The first that came back of an attempt. */
  showReply(head: { metadata(): readonly MetadataEntry[] }): void {
    const { onResponseMetadata } = this.options;
    if (onResponseMetadata === undefined && this.replyHooks === undefined) return;
    const reply = lazyMetadata(() => head.metadata());
    for (const hook of this.replyHooks ?? []) hook(reply);
    onResponseMetadata?.(reply);
  }

  get<T>(slot: Slot<T>): T | undefined {
    return findKept(this.kept, slot)?.value as T | undefined;
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.kept = keep(this.kept, slot, value);
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) this.controller = this.watch();
    return this.controller.signal;
  }

  get nowMs(): number {
    return this.home.environment.now();
  }

  /** The call is given up: whoever listens to its signal hears of it. */
  abort(reason: unknown): void {
    this.controller?.abort(reason);
  }

  /** The call has its outcome: nothing of it stays behind. */
  finish(): void {
    this.timer?.cancel();
    if (this.onSignal !== undefined) this.options.signal?.removeEventListener("abort", this.onSignal);
  }

  private watch(): AbortController {
    const controller = new AbortController();
    const { signal } = this.options;
    if (signal?.aborted === true) controller.abort(signal.reason);
    else {
      const fault = signalFault(this.method, signal);
      if (fault !== undefined) throw fault;
    }
    this.onSignal = () => controller.abort(signal?.reason);
    signal?.addEventListener("abort", this.onSignal, { once: true });
    if (this.deadlineMs !== Infinity) {
      this.timer = this.home.environment.setTimer(this.remainingMs, () =>
        controller.abort(deadlinePassed(this.method)),
      );
    }
    return controller;
  }
}
