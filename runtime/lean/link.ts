import type { Timer } from "../environment/environment.ts";
import { RpcError } from "../errors/rpc-error.ts";
import { ignorableBit } from "../protocol/frame.ts";
import { initialPeerLimits } from "../protocol/limits.ts";
import { type ConnectTimer, startConnectTimer } from "../transport/connect-timer.ts";
import { failureOf } from "./failure.ts";
import {
  type Breach,
  breach,
  createFrameCutter,
  encodeFrame,
  entry,
  type Frame,
  join,
  noCall,
  noHeader,
  numberOf,
  textOf,
} from "./frames.ts";
import { createInbox } from "./inbox.ts";
import type { Lane, Outgoing } from "./lane.ts";
import { createLanes, sequenceOf } from "./lanes.ts";
import { createMeter } from "./meter.ts";
import {
  createOptionReader,
  encodeOption,
  type OptionReader,
  parseObject,
  type PeerLimits,
  readLimits,
} from "./option.ts";
import { fault } from "../errors/fault.ts";
import type { Link, LinkOptions, LinkState } from "./link-contract.ts";
import { createOutbox } from "./outbox.ts";
import { openSocket } from "./socket.ts";
import { createWatch } from "./watch.ts";
import {
  binarySerialization,
  cancelKind,
  compressorMaskFlag,
  creditKind,
  creditOverrunCode,
  creditTag,
  endKind,
  enhanceCalmCode,
  errorCodeTag,
  errorKind,
  errorMessageTag,
  goawayCodeTag,
  goawayKind,
  idleCode,
  itemKind,
  jsonSerialization,
  moreFollowsFlag,
  noneCode,
  pingKind,
  pongKind,
  requestKind,
  responseKind,
  settingsKind,
} from "./numbers.ts";

/** Credit below this is a frame that brings little: it is charged like one that brings nothing. */
const minUsefulCredit = 4 * 1024;
/** What is taken of the items of a call before those that wait have been sent. */
const maxQueuedItems = 16;
const maxQueuedBytes = 64 * 1024;

/** Makes a connection; nothing is opened before {@link Link.dial}. */
export function createLink(options: LinkOptions): Link {
  const { target, environment, limits } = options;
  const idleFrames = createMeter(environment, limits.idleFrameBurst, limits.idleFramesPerSecond);
  const closedWaiters: (() => void)[] = [];
  let state: LinkState = "opening";
  let peer: PeerLimits = initialPeerLimits;
  let peerFault: RpcError | undefined;
  let readOption: OptionReader | undefined = createOptionReader(limits.maxOptionBytes);
  let handshake: ConnectTimer | undefined;
  let grace: Timer | undefined;
  let isIntroduced = false;

  const socket = openSocket({
    target,
    environment,
    onOpen: () => void introduce(),
    onData,
    onClose(error) {
      const isPolite = error === undefined && state !== "opening" && lanes.callsInProgress === 0;
      finish(
        isPolite
          ? peerFault
          : (peerFault ?? error ?? fault("connection_lost", `The connection to ${target} has ended.`)),
      );
    },
    fill: () => isIntroduced && outbox.pump(),
    onFlushed: closeWhenDrained,
  });
  const outbox = createOutbox({
    limits,
    hasRoom: () => socket.hasRoom,
    write: socket.write,
    assignId: (lane) => lanes.assignId(lane),
    onHanded: (lane) => release(lane, () => lane.events.onEnd(noHeader)),
  });
  const inbox = createInbox(limits, (lane, bytes) => {
    if (state !== "closed") socket.write(encodeFrame(creditKind, 0, lane ?? noCall, entry(creditTag, bytes)));
  });
  const lanes = createLanes(
    () => peer.maxCalls,
    (lane) => outbox.enter(lane),
  );
  const cutter = createFrameCutter(limits, onFrame);
  const watch = createWatch({
    environment,
    limits,
    isBusy: () => lanes.open > 0,
    isPartial: () => cutter.isPartial,
    queuedBytes: () => socket.queuedBytes,
    sendPing: () => socket.write(encodeFrame(pingKind, 0, { idHigh: 0, idLow: 1 })),
    onDead: (message) => abort(fault("connection_lost", message)),
  });

  function enter(next: LinkState): void {
    state = next;
    options.onState();
  }

  function dial(): void {
    const { connectTimeoutMs } = options;
    const onTimeout = (): void =>
      abort(fault("connect_failed", `Cannot connect to ${target}: no answer within ${connectTimeoutMs} ms.`));
    handshake = startConnectTimer(connectTimeoutMs, onTimeout, environment);
    try {
      socket.dial();
    } catch (error) {
      environment.defer(() => abort(fault("connect_failed", `Cannot connect to ${target}.`, error)));
    }
  }

  async function introduce(): Promise<void> {
    handshake?.cancel();
    handshake = environment.setTimer(limits.handshakeMs, () =>
      abort(fault("connection_lost", `The handshake with ${target} took longer than ${limits.handshakeMs} ms.`)),
    );
    try {
      socket.write(encodeOption(limits, options.peerName, await options.token()));
      isIntroduced = true;
    } catch (error) {
      abort(RpcError.from(error));
    }
  }

  function onData(bytes: Uint8Array): void {
    const rest = readOption === undefined ? bytes : open(readOption, bytes);
    const found = rest && cutter.push(rest);
    if (found !== undefined && found !== null) return end(found);
    watch.onRead();
    socket.wake();
  }

  /** @returns what stands behind the server's Option; undefined when nothing does */
  function open(read: OptionReader, bytes: Uint8Array): Uint8Array | undefined {
    const found = read(bytes);
    if (found === undefined) return undefined;
    readOption = undefined;
    handshake?.cancel();
    if (typeof found === "string") return void abort(fault("handshake_failed", `${target}: ${found}`));
    peer = found.peer;
    inbox.open();
    if (state === "opening") enter("open");
    return found.rest;
  }

  function onFrame(frame: Frame): Breach | undefined {
    const { kind, idHigh, idLow, header } = frame;
    if (kind >= ignorableBit) return chargeIdle();
    const isOfConnection = kind > creditKind || (kind === creditKind && idHigh === 0 && idLow === 0);
    if (isOfConnection)
      return header.fault !== undefined
        ? breach(`The header of a frame of kind ${kind} cannot be accepted.`)
        : onLinkFrame(frame);
    if (kind === requestKind || kind === cancelKind) return breach(`A server sent a frame of kind ${kind}.`);
    const lane = lanes.find(frame);
    if (lane !== undefined) return onLaneFrame(lane, frame);
    if (lanes.isUnused(frame)) return breach("A reply names a call that was never started.");
    return kind === itemKind ? inbox.discard(frame) : undefined;
  }

  function onLinkFrame(frame: Frame): Breach | undefined {
    const { kind, header, body, serialization } = frame;
    switch (kind) {
      case creditKind:
        return onCredit(undefined, numberOf(header, creditTag));
      case pingKind:
        socket.write(encodeFrame(pongKind, 0, frame));
        return chargeIdle();
      case settingsKind: {
        const found =
          serialization === jsonSerialization
            ? readLimits(parseObject(body) ?? { Limits: [NaN] }, peer)
            : "Settings must be JSON.";
        if (typeof found === "string") return breach(found);
        peer = found;
        return chargeIdle();
      }
      case goawayKind:
        return void onGoaway(frame, numberOf(header, goawayCodeTag), header.values.get(errorMessageTag));
      default:
        return chargeIdle();
    }
  }

  function onLaneFrame(lane: Lane, frame: Frame): Breach | undefined {
    const { kind, header, body, flags } = frame;
    if (kind === creditKind) return onCredit(lane, numberOf(header, creditTag));
    if (header.fault !== undefined)
      return void cancel(lane, fault(header.fault, "The header of the reply cannot be accepted."));
    if (kind === errorKind) return void release(lane, () => lane.events.onFailure(...failureOf(header, body)));
    if (kind === endKind) {
      if (lane.partKind !== 0 || body.length > 0) return breach("An end came inside a message, or with a body.");
      return void release(lane, () => lane.events.onEnd(header));
    }
    const idle = body.length === 0 && (flags & moreFollowsFlag) !== 0 ? chargeIdle() : undefined;
    if (idle !== undefined) return idle;
    const found = inbox.receive(lane, frame);
    if (found === undefined) return undefined;
    if (found === "too_long")
      return void cancel(
        lane,
        fault("limit_exceeded", `A message from the server is longer than ${limits.maxMessageBytes} bytes.`),
      );
    if ("code" in found) return found;
    if (frame.serialization !== binarySerialization || (flags & compressorMaskFlag) !== 0) {
      return void cancel(lane, fault("unsupported", "The reply is compressed, or not binary, which was not offered."));
    }
    const deliver = (): void => lane.events.onMessage(found.body, found.cost, found.header);
    return void (kind === responseKind ? release(lane, deliver) : deliver());
  }

  function onCredit(lane: Lane | undefined, bytes: number): Breach | undefined {
    lane?.events.onCredit();
    if (!outbox.addCredit(lane, Math.max(0, bytes)))
      return breach("The sum of credits is above 2^31 - 1.", creditOverrunCode);
    return bytes < minUsefulCredit ? chargeIdle() : undefined;
  }

  /** A frame that brings nothing forward [LIM-2]. */
  function chargeIdle(): Breach | undefined {
    return idleFrames() ? undefined : breach("Too many frames that bring nothing forward.", enhanceCalmCode);
  }

  function onGoaway(last: Frame, code: number, text: Uint8Array | undefined): void {
    options.onGoaway(code);
    if (code > noneCode && code !== idleCode) {
      peerFault ??= fault(
        "connection_lost",
        `${target} ended the connection with code ${code}: ${textOf(text).slice(0, 256)}`,
      );
    }
    if (state !== "draining") enter("draining");
    const refused = fault("draining", `${target} is going away and did not take this call.`);
    for (const lane of lanes.all()) {
      const sequence = sequenceOf(lane);
      // A polite server takes one-way requests that were begun [GOA-5].
      const isRefused = sequence > sequenceOf(last) && (!lane.isOneway || peerFault !== undefined);
      if (sequence === 0 || isRefused) fail(lane, refused);
    }
    closeWhenDrained();
  }

  function start(lane: Lane, request: Outgoing): void {
    const refusal = refusalOf(request.body.length);
    if (refusal !== undefined) return void environment.defer(() => fail(lane, refusal));
    lanes.add(lane);
    outbox.send(lane, request);
    watch.onBusy();
    socket.wake();
  }

  function refusalOf(bytes: number): RpcError | undefined {
    if (state === "closed" || state === "draining") return fault("draining", `The connection is ${state}.`);
    if (bytes > peer.maxMessageBytes) return tooLong("A request", bytes);
    const isFull = lanes.waiting >= limits.maxWaitingCalls || outbox.waitingBytes + bytes > limits.maxOutboundBytes;
    return isFull ? fault("too_many_calls", "Too many calls, or bytes, already wait for this connection.") : undefined;
  }

  function tooLong(what: string, bytes: number): RpcError {
    const message = `${what} of ${bytes} bytes is longer than the ${peer.maxMessageBytes} that the server takes.`;
    return fault("limit_exceeded", message);
  }

  function send(lane: Lane, message: Outgoing): boolean {
    if (lane.isOver) return true;
    const { length } = message.body;
    if (length > peer.maxMessageBytes) {
      cancel(lane, tooLong("An item", length));
      return true;
    }
    outbox.send(lane, message);
    socket.wake();
    return lane.outgoing.length < maxQueuedItems && outbox.waitingBytes < maxQueuedBytes;
  }

  function cancel(lane: Lane, error: RpcError): void {
    if (lane.isOver) return;
    // Before the place is free: a call that waits for it must not pass the cancel.
    if (sequenceOf(lane) > 0 && state !== "closed") {
      socket.write(encodeFrame(cancelKind, 0, lane, entry(errorCodeTag, error.code)));
    }
    fail(lane, error);
  }

  function fail(lane: Lane, error: RpcError): void {
    release(lane, () => lane.events.onFailure(error));
  }

  /** The call is over for the connection; `deliver` tells its owner. */
  function release(lane: Lane, deliver: () => void): void {
    if (lane.isOver) return;
    lane.isOver = true;
    outbox.close(lane);
    inbox.close(lane);
    lanes.delete(lane);
    deliver();
    closeWhenDrained();
  }

  function closeWhenDrained(): void {
    if (state === "draining" && lanes.callsInProgress === 0 && socket.isFlushed) finish(peerFault);
  }

  /** A breach: last words, then the end [GOA-4]. */
  function end({ code, message }: Breach): void {
    const header = join([entry(goawayCodeTag, code), entry(errorMessageTag, message.slice(0, 256))]);
    socket.write(encodeFrame(goawayKind, 0, noCall, header));
    finish(fault("protocol_violated", message));
  }

  function abort(error: RpcError): void {
    if (state !== "closed") finish(error);
  }

  function finish(error: RpcError | undefined): void {
    if (state === "closed") return;
    state = "closed";
    handshake?.cancel();
    grace?.cancel();
    watch.close();
    socket.close();
    const lost = error ?? fault("connection_lost", `The connection to ${target} has ended.`);
    for (const lane of lanes.all()) {
      const isUnsent = sequenceOf(lane) === 0 && lost.reason === "connection_lost" && isIntroduced;
      fail(lane, isUnsent ? fault("draining", lost.message, lost.cause) : lost);
    }
    options.onState(error);
    for (const resolve of closedWaiters) resolve();
  }

  return {
    get state() {
      return state;
    },
    dial,
    start,
    send,
    consume: inbox.consume,
    cancel,
    drain(graceMs) {
      if (state === "closed") return Promise.resolve();
      if (state !== "draining") enter("draining");
      grace?.cancel();
      grace = environment.setTimer(graceMs, () =>
        abort(
          fault("connection_lost", `The connection was closed: calls took longer than the ${graceMs} ms of grace.`),
        ),
      );
      socket.wake();
      return new Promise((resolve) => closedWaiters.push(resolve));
    },
  };
}
