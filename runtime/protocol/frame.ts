/**
 * The layout of frames: every wire constant of the protocol, in one place. PROTOCOL.md says the same in prose; clause numbers stand in brackets.
 */

/** First two bytes of every frame [FRM-2]. */
export const frameMagicHigh = 0x3b;
export const frameMagicLow = 0xef;
/** Third byte of every frame, and `Version` of the Option [FRM-3]. */
export const protocolVersion = 1;
/** Bytes of the part that every frame has [FRM-1]. */
export const fixedBytes = 20;

// All plain numbers stand above what is computed: there bundlers write them in place.

/** Kinds and tags with this bit may be skipped by who does not know them; without it, they must not [FRM-6, HDR-4]. */
export const ignorableBit = 0x80;

/** Value of {@link HeaderTag.retryAfter} that means: never. */
export const retryNever = 0xffffffff;

/** The low 16 bits of an id are the number of its lane, a place in the tables of both sides [STR-2]. */
export const laneMask = 0xffff;
/** Lane of one-way requests, which have no place in a table [STR-4]. */
export const onewayLane = 0xffff;

/** What a frame is [FRM-5]. */
export const FrameKind = {
  request: 1,
  response: 2,
  error: 3,
  item: 4,
  end: 5,
  cancel: 6,
  credit: 7,
  ping: 8,
  pong: 9,
  settings: 10,
  goaway: 11,
} as const;

/** One of the known kinds. */
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** The highest known kind. */
export const lastKind: number = FrameKind.goaway;

/** The flags byte [FRM-8]. */
export const FrameFlag = {
  /** Number of the compressor of the body; 0 is none. */
  compressorMask: 0x0f,
  /** The sender of this frame sends nothing more on this stream. */
  endOfStream: 0x10,
  /** A request that gets no reply. */
  oneway: 0x20,
  /** The body goes on in the next frame of this id and kind. */
  moreFollows: 0x40,
  /** Must be 0. */
  reserved: 0x80,
} as const;

/** How a body is written [FRM-7]. */
export const Serialization = { none: 0, binary: 1, json: 2 } as const;

/** Tags of the header [HDR-5]. Those from 0x80 on may be skipped by who does not know them. */
export const HeaderTag = {
  methodId: 0x01,
  methodPath: 0x02,
  deadline: 0x03,
  credit: 0x04,
  errorCode: 0x05,
  errorReason: 0x06,
  errorMessage: 0x07,
  errorType: 0x08,
  errorDetails: 0x09,
  goawayCode: 0x0a,
  attempt: 0x81,
  priority: 0x82,
  traceContext: 0x83,
  traceState: 0x84,
  baggage: 0x85,
  caller: 0x86,
  routeTags: 0x87,
  errorId: 0x88,
  retryAfter: 0x89,
  metadata: 0x8a,
} as const;

/** Bytes of a trace context: 16 trace id, 8 span id, 1 flags. */
export const traceContextBytes = 25;
/** Why a connection ends [GOA-3]. */
export const GoawayCode = {
  /** A polite end. */
  none: 0,
  protocol: 1,
  frameSize: 2,
  creditOverrun: 3,
  enhanceCalm: 4,
  tooManyPings: 5,
  slowPeer: 6,
  idle: 7,
  internal: 8,
} as const;

/** One of the known reasons to end a connection. */
export type GoawayCode = (typeof GoawayCode)[keyof typeof GoawayCode];

/** True when nobody is at fault: the connection is drained, has been idle or is old [GOA-3]. */
export function isPoliteCode(code: number): boolean {
  return code === GoawayCode.none || code === GoawayCode.idle;
}

/** A credit sum above this is a fault [FLW-6]. */
export const maxCredit = 0x7fff_ffff;

/** A breach by the peer that ends the connection. */
export interface ProtocolFault {
  readonly code: GoawayCode;
  /** What was found, what was expected. */
  readonly message: string;
}
