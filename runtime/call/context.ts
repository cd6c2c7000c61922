import type { TraceContext } from "../protocol/trace.ts";
import type { Endpoint } from "../discovery/endpoint.ts";
import type { Metadata, MethodType } from "./method-type.ts";
import type { Slot } from "./slot.ts";

/** What both sides of a call know about it; interceptors for either side can be written against it. */
export interface CallInfo {
  readonly method: MethodType;
  /** Metadata of the request. */
  readonly metadata: Metadata;
  /** Fires when the call is cancelled, its deadline passes or its connection is lost (that of a one-way call may end without it). Created on first read: dear, so read it only to use it. */
  readonly signal: AbortSignal;
  /** Milliseconds left; `Infinity` without a deadline. */
  readonly remainingMs: number;
  /** When it began here, on the environment's clock. */
  readonly startedMs: number;
  /** 0 for the first try. Of a call that is being served: with the retries of the calls that it is made for, as far as they were passed on. */
  readonly attempt: number;
  /** Where the call stands in a trace, as it travels: of a call that is being served, its caller's span. Undefined outside of traces. */
  readonly trace: TraceContext | undefined;
  /** Bytes of the messages that were sent and received so far, as they travelled. */
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** What an interceptor kept at this call under `slot`. */
  get<T>(slot: Slot<T>): T | undefined;
  /** Keeps a value at this call for interceptors and, at the server, the handler. Nothing of it travels. */
  set<T>(slot: Slot<T>, value: T): void;
}

/** A call at the client, as its interceptors see it. */
export interface ClientCall extends CallInfo {
  /** Attempts that were started so far. */
  readonly attempts: number;
  /** The call that is being served while this one is made, where the caller said so. */
  readonly parent: CallInfo | undefined;
  /** Where its last attempt went; for an interceptor at `attempt`, where its own did. Undefined until that was chosen. */
  readonly endpoint: Endpoint | undefined;
  /** Adds to the metadata of the request. @throws RpcError for a key or value that cannot travel; TypeError once it was sent */
  setMetadata(key: string, value: string): void;
  /** What travels from the next attempt on; within an attempt: with this one. Default: as it was with {@link ClientCall.parent}. */
  setTrace(trace: TraceContext): void;
  /** Calls `hook` once with the metadata of the reply, before the caller sees anything of it. What it throws is the outcome of the call. */
  watchReply(hook: (metadata: Metadata) => void): void;
}
