/** The wire format for tools that look at it: frames, headers, Options, and a reader of bodies. Not needed to make calls. */
export { codeName } from "../errors/code.ts";
export { Reader } from "../wire/reader.ts";
export { FrameFlag, FrameKind, fixedBytes, GoawayCode, HeaderTag, laneMask, type ProtocolFault } from "./frame.ts";
export { FrameReader, type FrameReaderLimits, type FrameSink } from "./frame-reader.ts";
export { headerEntries, HeaderReader, type HeaderVerdict } from "./header-reader.ts";
export { type Option, parseOption } from "./handshake.ts";
export { createLimits, type Limits } from "./limits.ts";
