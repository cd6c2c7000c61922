import { Serialization as Numbers } from "../protocol/frame.ts";
import { decodeMetadata } from "../protocol/header-reader.ts";
import type { ReplyHead, Serialization } from "./connection.ts";

const noPairs: readonly (readonly [string, string])[] = Object.freeze([]);
const plainBinary: ReplyHead = Object.freeze({
  serialization: Numbers.binary,
  compressor: 0,
  metadata: () => noPairs,
});
const plainJson: ReplyHead = Object.freeze({ serialization: Numbers.json, compressor: 0, metadata: () => noPairs });

/** The head of a reply; the same object for all plain ones that carry no metadata. `header`: a copy that holds metadata. */
export function createReplyHead(serialization: number, header: Uint8Array | undefined, compressor = 0): ReplyHead {
  if (header === undefined && compressor === 0) return serialization === Numbers.json ? plainJson : plainBinary;
  let pairs: readonly (readonly [string, string])[] | undefined;
  return {
    serialization: toSerialization(serialization),
    compressor,
    metadata: () => (pairs ??= header === undefined ? noPairs : decodeMetadata(header)),
  };
}

/** A frame's number as a serialization; frames without a body have none and count as binary. */
export function toSerialization(value: number): Serialization {
  return value === Numbers.json ? Numbers.json : Numbers.binary;
}
