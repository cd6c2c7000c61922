import { initialPeerLimits, type PageLimits, smallestFrameBytes } from "../protocol/limits.ts";
import { join, textOf, utf8 } from "./frames.ts";

/** What a client has to know of what the server accepts. */
export interface PeerLimits {
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxCalls: number;
}

const magicNumber = 0x3bef5c;
const codecType = "application/x-rpcgen";
const maxPeerNameLength = 128;

/** The first line of a client [OPT-1..5]: binary only. */
export function encodeOption(limits: PageLimits, peerName: string | undefined, token: string | undefined): Uint8Array {
  const { maxFrameBytes, maxMessageBytes, maxCalls } = limits;
  const option = {
    MagicNumber: magicNumber,
    CodecType: codecType,
    Version: 1,
    Serializations: ["binary"],
    Limits: { MaxFrameBytes: maxFrameBytes, MaxMessageBytes: maxMessageBytes, MaxCalls: maxCalls },
    Peer: peerName?.slice(0, maxPeerNameLength),
    Token: token,
  };
  return utf8(`${JSON.stringify(option)}\n`);
}

/** Takes the next bytes of a server's Option. @returns undefined until it is there; text that says what is wrong */
export type OptionReader = (
  bytes: Uint8Array,
) => undefined | string | { readonly peer: PeerLimits; readonly rest: Uint8Array };

export function createOptionReader(maxBytes: number): OptionReader {
  const parts: Uint8Array[] = [];
  return (bytes) => {
    parts.push(bytes);
    const all = join(parts);
    const end = all.indexOf(lineFeed);
    if (end < 0 && all.length < maxBytes) return undefined;
    if (end < 0 || end >= maxBytes) return "The Option is too long.";
    const peer = decodeOption(all.subarray(0, end));
    return typeof peer === "string" ? peer : { peer, rest: all.subarray(end + 1) };
  };
}

const lineFeed = 0x0a;

/** The server's answer. @returns text that says what is wrong */
function decodeOption(line: Uint8Array): PeerLimits | string {
  const found = parseObject(line);
  if (found === undefined || found["MagicNumber"] !== magicNumber)
    return "The server answered with something else than an Option.";
  const { CodecType: codec, Version: version = 1, Serializations: chosen = ["binary"], Error: error } = found;
  if (typeof error === "string" && error !== "") return `The server refused: ${error.slice(0, 1024)}`;
  if (codec !== codecType || version !== 1) return "The server speaks another protocol, or another version of it.";
  if (!Array.isArray(chosen) || chosen[0] !== "binary") return "The server chose no serialization that was offered.";
  return readLimits(found, initialPeerLimits);
}

/** The limits of an Option or of settings [SET-1]; `previous` fills what is absent. @returns text that says what is wrong */
export function readLimits(found: Readonly<Record<string, unknown>>, previous: PeerLimits): PeerLimits | string {
  const given = (found["Limits"] ?? {}) as Readonly<Record<string, unknown>>;
  const { MaxFrameBytes, MaxMessageBytes, MaxCalls } = { ...given };
  const limits = [
    MaxFrameBytes ?? previous.maxFrameBytes,
    MaxMessageBytes ?? previous.maxMessageBytes,
    MaxCalls ?? previous.maxCalls,
  ];
  const [maxFrameBytes, maxMessageBytes, maxCalls] = limits as [number, number, number];
  if (!limits.every((limit) => Number.isInteger(limit) && (limit as number) >= 0))
    return "A limit of the server is not a whole number.";
  if (maxFrameBytes < smallestFrameBytes) return "MaxFrameBytes of the server is too small.";
  return { maxFrameBytes, maxMessageBytes, maxCalls };
}

/** JSON that must be an object; undefined when it is not. */
export function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(textOf(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
