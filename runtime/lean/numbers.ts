import type { FrameFlag, FrameKind, GoawayCode, HeaderTag, Serialization } from "../protocol/frame.ts";

/**
 * Numbers of the protocol as constants that a bundler writes in place, which it does not with members of an object. Each has the type of the one in
 * `frame.ts`, and with it the value: the compiler refuses any other.
 */
export const requestKind: typeof FrameKind.request = 1;
export const responseKind: typeof FrameKind.response = 2;
export const errorKind: typeof FrameKind.error = 3;
export const itemKind: typeof FrameKind.item = 4;
export const endKind: typeof FrameKind.end = 5;
export const cancelKind: typeof FrameKind.cancel = 6;
export const creditKind: typeof FrameKind.credit = 7;
export const pingKind: typeof FrameKind.ping = 8;
export const pongKind: typeof FrameKind.pong = 9;
export const settingsKind: typeof FrameKind.settings = 10;
export const goawayKind: typeof FrameKind.goaway = 11;

export const compressorMaskFlag: typeof FrameFlag.compressorMask = 0x0f;
export const endOfStreamFlag: typeof FrameFlag.endOfStream = 0x10;
export const onewayFlag: typeof FrameFlag.oneway = 0x20;
export const moreFollowsFlag: typeof FrameFlag.moreFollows = 0x40;
export const reservedFlag: typeof FrameFlag.reserved = 0x80;

export const noneSerialization: typeof Serialization.none = 0;
export const binarySerialization: typeof Serialization.binary = 1;
export const jsonSerialization: typeof Serialization.json = 2;

export const methodIdTag: typeof HeaderTag.methodId = 0x01;
export const deadlineTag: typeof HeaderTag.deadline = 0x03;
export const creditTag: typeof HeaderTag.credit = 0x04;
export const errorCodeTag: typeof HeaderTag.errorCode = 0x05;
export const errorReasonTag: typeof HeaderTag.errorReason = 0x06;
export const errorMessageTag: typeof HeaderTag.errorMessage = 0x07;
export const errorTypeTag: typeof HeaderTag.errorType = 0x08;
export const errorDetailsTag: typeof HeaderTag.errorDetails = 0x09;
export const goawayCodeTag: typeof HeaderTag.goawayCode = 0x0a;
export const errorIdTag: typeof HeaderTag.errorId = 0x88;
export const retryAfterTag: typeof HeaderTag.retryAfter = 0x89;
export const metadataTag: typeof HeaderTag.metadata = 0x8a;

export const noneCode: typeof GoawayCode.none = 0;
export const protocolCode: typeof GoawayCode.protocol = 1;
export const frameSizeCode: typeof GoawayCode.frameSize = 2;
export const creditOverrunCode: typeof GoawayCode.creditOverrun = 3;
export const enhanceCalmCode: typeof GoawayCode.enhanceCalm = 4;
export const tooManyPingsCode: typeof GoawayCode.tooManyPings = 5;
export const idleCode: typeof GoawayCode.idle = 7;
