import { mustBe } from "../errors/wrong-value.ts";

/** Credit that every sender begins with, on a stream and on a connection [FLW-2]; a receiver that wants to allow more grants the difference. */
export const initialStreamBytes = 262_144;
export const initialConnectionBytes = 1_048_576;
/** What every peer takes as the body of one frame. */
export const smallestFrameBytes = 65_536;

/** Every limit of the protocol and the connection. Units stand in the names; a breach has the reaction given here. */
export interface Limits {
  /** Milliseconds for the whole handshake. Breach: close without a word. */
  readonly handshakeMs: number;
  /** Bytes of the Option line. Breach: close without a word. */
  readonly maxOptionBytes: number;
  /**
   * Bytes of the body of one frame; longer messages are cut into chunks. At least 65,536; the default has room for a message with a field of
   * as much. Breach: GOAWAY frame size.
   */
  readonly maxFrameBytes: number;
  /** Bytes of the header of one frame. Breach: GOAWAY frame size. */
  readonly maxHeaderBytes: number;
  /** Bytes of one message, in or out. Breach: the call fails with `resource_exhausted`. */
  readonly maxMessageBytes: number;
  /** Messages under way in chunks at a time, each direction; items are no more than half of them. Breach: GOAWAY protocol. */
  readonly maxChunkedMessages: number;
  /**
   * Bytes, per connection, of messages that have arrived in part. Above it only one of them goes on; the others get no credit until it is complete.
   */
  readonly maxPartialBytes: number;
  /** Milliseconds without a byte inside a frame. Breach: close without a word. */
  readonly partialFrameMs: number;
  /** Bytes of keys and values of user metadata. Breach: the call fails with `resource_exhausted`. */
  readonly maxMetadataBytes: number;
  /** Pairs of user metadata. Breach: as above. */
  readonly maxMetadataEntries: number;
  /** Bytes of one key. Breach: as above. */
  readonly maxMetadataKeyBytes: number;
  /** Bytes of one value. Breach: as above. */
  readonly maxMetadataValueBytes: number;
  /** Calls in progress that a server runs per connection; cancelled ones count until their handler settles. Breach: `too_many_calls`; a one-way call is dropped, and counted by the server. */
  readonly maxCalls: number;
  /** Calls that a client lets wait in line for the above. Breach: `too_many_calls`, made here. */
  readonly maxWaitingCalls: number;
  /** Bytes of requests whose handlers run, per connection. Breach: `too_many_calls`. */
  readonly maxRequestBytes: number;
  /** Milliseconds: the longest deadline that a server takes over from a request; longer ones are cut to it. */
  readonly maxDeadlineMs: number;
  /** Cancels of running calls at once. Breach: GOAWAY enhance calm. */
  readonly cancelBurst: number;
  /** Cancels of running calls per second in the long run. */
  readonly cancelsPerSecond: number;
  /** Frames that bring nothing forward, at once. Breach: GOAWAY enhance calm. */
  readonly idleFrameBurst: number;
  /** Frames that bring nothing forward, per second in the long run. */
  readonly idleFramesPerSecond: number;
  /** Milliseconds between pings that a peer must keep while calls run. */
  readonly minPingIntervalMs: number;
  /** Milliseconds between pings that a peer must keep while none run. */
  readonly minIdlePingIntervalMs: number;
  /** Pings that may come too early. One more: GOAWAY too many pings. */
  readonly pingStrikes: number;
  /** Milliseconds without a byte, while calls run, after which we ping. 0: never. */
  readonly keepaliveMs: number;
  /** Milliseconds that the answer to such a ping may take. Breach: close, calls fail with `connection_lost`. */
  readonly keepaliveTimeoutMs: number;
  /** Milliseconds without a call after which a server ends the connection. 0: never. */
  readonly idleMs: number;
  /** Milliseconds after which a server drains a connection, give or take a tenth. 0: never. */
  readonly maxAgeMs: number;
  /** Milliseconds that calls get when age or idleness drains a connection, and one-way calls when their client has ended it. */
  readonly ageGraceMs: number;
  /** Bytes of items that the peer may have under way on one stream. At least 262,144. Breach: GOAWAY credit overrun. */
  readonly streamCreditBytes: number;
  /** The same for all streams of a connection. At least 1,048,576. */
  readonly connectionCreditBytes: number;
  /** Bytes waiting to be sent above which we stop reading from the peer. */
  readonly outboundPauseBytes: number;
  /**
   * Bytes of messages that wait to be sent on a connection. Breach: a server sends `resource_exhausted` in place of the reply, a client fails the
   * call with `too_many_calls`; nothing that waits is dropped. What takes no byte for `slowPeerMs` is closed before long.
   */
  readonly maxOutboundBytes: number;
  /** Milliseconds in which a peer takes no byte of what waits. Breach: close. */
  readonly slowPeerMs: number;
  /** Milliseconds that a server which drains lets its client close first, and that the last words of a connection may take before it is cut. */
  readonly closeMs: number;
}

/** Those of {@link defaultLimits} that the small client for pages has to do with. */
export const pageLimits: PageLimits = /* @__PURE__ */ Object.freeze({
  handshakeMs: 5_000,
  maxOptionBytes: 8 * 1024,
  maxFrameBytes: 65 * 1024,
  maxHeaderBytes: 32 * 1024,
  maxMessageBytes: 4 * 1024 * 1024,
  maxChunkedMessages: 8,
  maxPartialBytes: 4 * 1024 * 1024,
  partialFrameMs: 10_000,
  maxCalls: 1_000,
  maxWaitingCalls: 10_000,
  idleFrameBurst: 1_000,
  idleFramesPerSecond: 100,
  keepaliveMs: 20_000,
  keepaliveTimeoutMs: 10_000,
  streamCreditBytes: 256 * 1024,
  connectionCreditBytes: 1024 * 1024,
  maxOutboundBytes: 64 * 1024 * 1024,
  slowPeerMs: 10_000,
});

/** @see pageLimits */
export type PageLimits = Pick<
  Limits,
  | "handshakeMs"
  | "maxOptionBytes"
  | "maxFrameBytes"
  | "maxHeaderBytes"
  | "maxMessageBytes"
  | "maxChunkedMessages"
  | "maxPartialBytes"
  | "partialFrameMs"
  | "maxCalls"
  | "maxWaitingCalls"
  | "idleFrameBurst"
  | "idleFramesPerSecond"
  | "keepaliveMs"
  | "keepaliveTimeoutMs"
  | "streamCreditBytes"
  | "connectionCreditBytes"
  | "maxOutboundBytes"
  | "slowPeerMs"
>;

/** The limits that hold unless told otherwise. */
export const defaultLimits: Limits = /* @__PURE__ */ allLimits();

/** A function, so that bundlers see that pages can do without. */
function allLimits(): Limits {
  return Object.freeze({
    ...pageLimits,
    maxMetadataBytes: 16 * 1024,
    maxMetadataEntries: 64,
    maxMetadataKeyBytes: 128,
    maxMetadataValueBytes: 8 * 1024,
    maxRequestBytes: 64 * 1024 * 1024,
    maxDeadlineMs: 600_000,
    cancelBurst: 1_000,
    cancelsPerSecond: 100,
    minPingIntervalMs: 10_000,
    minIdlePingIntervalMs: 60_000,
    pingStrikes: 2,
    idleMs: 900_000,
    maxAgeMs: 0,
    ageGraceMs: 30_000,
    outboundPauseBytes: 1024 * 1024,
    closeMs: 1_000,
  });
}

/** What each side may take for granted about the other before its Option arrives [OPT-9]. */
export const initialPeerLimits: Readonly<Record<"maxFrameBytes" | "maxMessageBytes" | "maxCalls", number>> = {
  maxFrameBytes: smallestFrameBytes,
  maxMessageBytes: 4_194_304,
  maxCalls: 1_000,
};

type Ranges = { readonly [Name in keyof Limits]?: readonly [min: number, max: number] };

/** The floor where it is not 0, and the ceiling where it is not 2^31 - 1. */
export const pageRanges: Ranges = {
  handshakeMs: [1, 600_000],
  maxOptionBytes: [256, 65_536],
  maxFrameBytes: [smallestFrameBytes, 16 * 1024 * 1024],
  maxHeaderBytes: [1024, 65_535],
  maxMessageBytes: [0, 1024 * 1024 * 1024],
  maxChunkedMessages: [1, 1_000],
  partialFrameMs: [1, 600_000],
  maxCalls: [1, 65_535],
  streamCreditBytes: [initialStreamBytes, 2 ** 30],
  connectionCreditBytes: [initialConnectionBytes, 2 ** 30],
  slowPeerMs: [1, 600_000],
};
const ranges: Ranges = /* @__PURE__ */ Object.assign({}, pageRanges, {
  maxMetadataKeyBytes: [1, 255],
  pingStrikes: [0, 1_000],
  closeMs: [1, 60_000],
} satisfies Ranges);

/**
 * The defaults with `changes` laid over them, frozen.
 * @throws RangeError that names the limit, its value and what is allowed; TypeError for a name that is not a limit
 */
export function createLimits(changes: Partial<Limits> = defaultLimits): Limits {
  if (made.has(changes)) return changes as Limits;
  const limits = Object.freeze(layLimits(changes, defaultLimits, ranges));
  made.add(limits);
  return limits;
}

/** `changes` over `defaults`, checked. @throws as {@link createLimits} */
export function layLimits<L extends Partial<Limits>>(changes: Partial<Limits>, defaults: L, allowed: Ranges): L {
  checkLimitNames(changes, defaults);
  const limits: Record<string, number> = { ...(defaults as Record<string, number>) };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    checkLimit(name, value, allowed[name as keyof Limits]);
    limits[name] = value;
  }
  return limits as unknown as L;
}

/** @throws TypeError for a name that is none of `known`, which it lists */
export function checkLimitNames(given: object, known: object): void {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`"${name}" is not a limit. Limits are ${Object.keys(known).join(", ")}.`);
  }
}

/** Limits that were checked: the connections of a server or channel share theirs. */
const made = /* @__PURE__ */ new WeakSet<object>([defaultLimits]);

function checkLimit(
  name: string,
  value: number,
  [min, max]: readonly [min: number, max: number] = [0, 2 ** 31 - 1],
): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(mustBe(`The limit ${name}`, `a whole number from ${min} to ${max}`, value));
}
