import type { ErrorType } from "../call/declared-error.ts";
import type { AbortRegistry } from "../call/abort-registry.ts";
import type { ItemPump } from "../call/item-pump.ts";
import { metadataEntries } from "../call/metadata.ts";
import type { CallOptions, Items, MethodType } from "../call/method-type.ts";
import type { CallOutcome, RunningCall, StreamCode } from "../call/stream-code.ts";
import {
  brokenRequest,
  cancelledBySignal,
  deadlinePassed,
  signalFault,
  unreadableReply,
} from "../client/client-errors.ts";
import type { Environment } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";

import { entry, type Header, join, noBytes, utf8 } from "./frames.ts";
import { createLane, type Lane, type LaneEvents, type Outgoing, type RemoteFailure } from "./lane.ts";
import type { Link } from "./link-contract.ts";
import { elsewhere } from "./options.ts";
import { metadataOf } from "./reply-metadata.ts";
import { deadlineTag, endOfStreamFlag, metadataTag, methodIdTag, onewayFlag, requestKind } from "./numbers.ts";

/** What a call needs of its channel. */
export interface CallHome {
  readonly environment: Environment;
  /** Checks what is sent against the constraints of the schema. */
  readonly validate: boolean;
  readonly aborts: AbortRegistry;
  /** A connection that takes calls. @throws RpcError `client_closed` */
  link(): Link;
}

/** What is to be called. */
export interface CallPlan {
  readonly home: CallHome;
  readonly method: MethodType;
  readonly options: CallOptions;
  readonly timeoutMs: number;
  readonly waitForReady: boolean;
  /** The one request, or the items. */
  readonly input: unknown;
}

/** Times that a call begins again because a server that goes away did not take it. */
const maxRestarts = 16;
/** Deadlines travel in four bytes: up to 71 minutes. */
const maxDeadlineMicros = 0xffffffff;

/** Makes a call. */
export function runCall(plan: CallPlan, outcome: CallOutcome): RunningCall {
  const { home, method, options, timeoutMs } = plan;
  const { environment } = home;
  const { signal } = options;
  const hasItems = method.kind === "client_stream" || method.kind === "bidi_stream";
  const deadlineMs = environment.now() + timeoutMs;
  let pairs: Uint8Array = noBytes;
  /** What was sent, until the server shows by a reply or by credit that it took the call: after that it cannot begin again. */
  let kept: Outgoing[] | undefined;
  let restarts = 0;
  let isHeadShown = false;
  let isOver = false;
  let link: Link;
  let lane: Lane;
  let pump: ItemPump | undefined;

  const onAbort = (): void => giveUp(cancelledBySignal(method, signal));
  const timer =
    timeoutMs === Infinity ? undefined : environment.setTimer(timeoutMs, () => giveUp(deadlinePassed(method)));

  const events: LaneEvents = {
    requestHeader() {
      const id = entry(methodIdTag, method.id);
      if (timeoutMs === Infinity) return join([id, pairs]);
      const micros = Math.min(Math.max(0, Math.ceil((deadlineMs - environment.now()) * 1_000)), maxDeadlineMicros);
      return join([id, entry(deadlineTag, micros), pairs]);
    },
    onMessage(body, cost, header) {
      arrive(header, () => {
        const value = read(body);
        if (cost > 0) outcome.onItem(value, cost);
        else finish(() => outcome.onDone(value));
      });
    },
    onEnd: (header) => arrive(header, () => finish(() => outcome.onDone())),
    onFailure,
    onSent: () => pump?.writable(),
    onCredit: () => void (kept = undefined),
  };

  function begin(): void {
    try {
      const fault = signalFault(method, signal);
      if (fault !== undefined) throw fault;
      const { metadata } = options;
      if (metadata !== undefined) pairs = join(metadataEntries(metadata).map(encodePair));
      const flags = (method.oneway ? onewayFlag : 0) | (hasItems ? 0 : endOfStreamFlag);
      kept = [{ kind: requestKind, flags, body: hasItems ? noBytes : encode(plan.input) }];
      if (signal !== undefined) home.aborts.add(signal, onAbort);
      start();
      if (hasItems) pump = streamsOf(method).send(method, plan.input as Items<unknown>, { encode, send, giveUp });
    } catch (error) {
      giveUp(error);
    }
  }

  function start(): void {
    const [request, ...items] = kept as [Outgoing, ...Outgoing[]];
    link = home.link();
    lane = createLane(events, method.oneway);
    link.start(lane, request);
    for (const item of items) link.send(lane, item);
  }

  function send(message: Outgoing): boolean {
    kept?.push(message);
    return link.send(lane, message);
  }

  function encode(message: unknown): Uint8Array {
    const violations = home.validate ? method.request.validate(message) : [];
    if (violations.length > 0) throw brokenRequest(method, violations);
    return method.request.encode(message);
  }

  /** The message gets memory of its own: what came holds other frames too. */
  function read(body: Uint8Array): unknown {
    try {
      return method.response.decode(body.slice());
    } catch (error) {
      throw unreadableReply(method, error);
    }
  }

  function arrive(header: Header, take: () => void): void {
    kept = undefined;
    try {
      if (!isHeadShown) {
        isHeadShown = true;
        options.onResponseMetadata?.(metadataOf(header));
      }
      take();
    } catch (error) {
      giveUp(error);
    }
  }

  function onFailure(error: RpcError, remote?: RemoteFailure): void {
    const isUnreached = error.reason === "connect_failed" || error.reason === "handshake_failed";
    const isAgain = error.reason === "draining" ? restarts++ < maxRestarts : plan.waitForReady && isUnreached;
    if (isOver || !isAgain || kept === undefined) return fail(revive(method, error, remote));
    try {
      start();
      pump?.writable();
    } catch (fault) {
      fail(fault);
    }
  }

  /** Ends the call here and at the server. */
  function giveUp(error: unknown): void {
    kept = undefined;
    fail(error);
    if (lane?.isOver === false) link.cancel(lane, RpcError.from(error));
  }

  function fail(error: unknown): void {
    finish(() => outcome.onFailure(error));
  }

  function finish(tell: () => void): void {
    if (isOver) return;
    isOver = true;
    timer?.cancel();
    if (signal !== undefined) home.aborts.remove(signal, onAbort);
    pump?.stop();
    tell();
  }

  begin();
  return {
    consumed: (cost) => link?.consume(lane, cost),
    giveUp,
  };
}

/** What the method brings along. @throws TypeError when that is nothing, as `methodType` made it */
export function streamsOf({ streams, path }: MethodType): StreamCode {
  if (streams === undefined) throw elsewhere(`${path}, generated without streams,`);
  return streams;
}

function encodePair([key, value]: readonly [string, string]): Uint8Array {
  const name = utf8(key);
  return entry(metadataTag, join([Uint8Array.of(name.length), name, utf8(value)]));
}

/** What the caller gets: declared errors revived, unknown methods named (only their number travels). */
function revive(method: MethodType, error: RpcError, remote: RemoteFailure | undefined): RpcError {
  const { code, reason, origin, retryAfterMs } = error;
  if (origin === "remote" && (reason === "unknown_method" || reason === "unknown_service")) {
    return new RpcError({ code, reason, origin, retryAfterMs, message: `${method.path}: ${error.message}` });
  }
  const type: ErrorType | undefined = method.errors.find(({ typeName }) => typeName === remote?.typeName);
  if (type === undefined || remote === undefined) return error;
  try {
    return type.create(type.data.decode(remote.body.slice()), error.message);
  } catch {
    return error;
  }
}
