import type { CallInfo } from "../call/context.ts";
import { checkEntry, metadata, metadataEntries, type MetadataEntry } from "../call/metadata.ts";
import type { CallOptions, Metadata, MethodType } from "../call/method-type.ts";
import { findKept, keep, type Kept, type Slot } from "../call/slot.ts";
import { showAs } from "../environment/shown.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { RpcError } from "../errors/rpc-error.ts";
import type { TraceContext } from "../protocol/trace.ts";
import type { RoutedCall } from "../governance/routed-call.ts";
import type { Attempt } from "./attempt.ts";
import type { ClientCallState } from "./client-call.ts";

/** One attempt of a call, as interceptors at `attempt` see it: what they keep or add is its own, the rest is the call's. */
export class AttemptCall implements RoutedCall {
  static {
    showAs(this, "ClientCall", ({ method, attempt }) => ({ method: method.path, attempt }));
  }

  readonly call: ClientCallState;
  readonly attempt: number;
  readonly startedMs: number;
  /** The fault mode said where to go. */
  readonly wanted: Endpoint | undefined;
  endpoint: Endpoint | undefined;
  private sent: Attempt | undefined;
  private cancelled: RpcError | undefined;
  private added: MetadataEntry[] | undefined;
  private kept: Kept | undefined;
  private ownTrace: TraceContext | undefined;
  private controller: AbortController | undefined;

  constructor(call: ClientCallState, wanted: Endpoint | undefined, sole: Endpoint | undefined) {
    this.call = call;
    this.attempt = call.attempts++;
    this.startedMs = call.nowMs;
    this.wanted = wanted;
    this.endpoint = sole;
    this.sent = undefined;
    this.cancelled = undefined;
    this.added = undefined;
    this.kept = undefined;
    this.ownTrace = undefined;
    this.controller = undefined;
  }

  get method(): MethodType {
    return this.call.method;
  }

  get attempts(): number {
    return this.call.attempts;
  }

  get options(): CallOptions {
    return this.call.options;
  }

  get message(): unknown {
    return this.call.message;
  }

  get parent(): CallInfo | undefined {
    return this.options.parent;
  }

  get remainingMs(): number {
    return this.call.remainingMs;
  }

  get metadata(): Metadata {
    return metadata(this.metadataEntries() ?? []);
  }

  /** What travels; undefined when there is nothing. */
  metadataEntries(): readonly MetadataEntry[] | undefined {
    const ofCall = this.call.metadataEntries();
    if (this.added === undefined) return ofCall;
    return ofCall === undefined ? this.added : metadataEntries([...ofCall, ...this.added]);
  }

  setMetadata(key: string, value: string): void {
    checkEntry(key, value);
    (this.added ??= []).push([key, value]);
  }

  get trace(): TraceContext | undefined {
    return this.ownTrace ?? this.call.trace;
  }

  setTrace(trace: TraceContext): void {
    this.ownTrace = trace;
  }

  get bytesSent(): number {
    return this.call.bytesSent;
  }

  get bytesReceived(): number {
    return this.call.bytesReceived;
  }

  watchReply(hook: (metadata: Metadata) => void): void {
    this.call.watchReply(hook);
  }

  get<T>(slot: Slot<T>): T | undefined {
    const own = findKept(this.kept, slot);
    return own === undefined ? this.call.get(slot) : (own.value as T);
  }

  set<T>(slot: Slot<T>, value: T): void {
    this.kept = keep(this.kept, slot, value);
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) this.controller = this.watch();
    return this.controller.signal;
  }

  /** The request is on its way. @throws RpcError when the attempt was given up before */
  sendWith(attempt: Attempt): void {
    if (this.cancelled !== undefined) throw this.cancelled;
    this.sent = attempt;
  }

  cancel(error: RpcError): void {
    if (this.cancelled !== undefined) return;
    this.cancelled = error;
    this.sent?.cancel(error);
    this.controller?.abort(error);
  }

  private watch(): AbortController {
    const controller = new AbortController();
    const { signal } = this.call;
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
    if (this.cancelled !== undefined) controller.abort(this.cancelled);
    return controller;
  }
}
