import { encodeText } from "./bytes.ts";
import { protocolVersion, Serialization } from "./frame.ts";
import { initialPeerLimits } from "./limits.ts";

/** `MagicNumber` of every Option, as in the Go original [OPT-2]. */
export const optionMagic = 0x3bef5c;
/** `CodecType` of this protocol [OPT-3]. */
export const codecType = "application/x-rpcgen";

/** How an Option spells the serializations. */
const serializationNames: Readonly<Record<string, NegotiableSerialization>> = {
  binary: Serialization.binary,
  json: Serialization.json,
};

/** A serialization that can be negotiated. */
export type NegotiableSerialization = typeof Serialization.binary | typeof Serialization.json;

/** Limits that an Option announces: what its sender accepts. */
export interface AnnouncedLimits {
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxCalls: number;
}

/** The first thing on a connection, each way. */
export interface Option {
  readonly codecType: string;
  readonly version: number;
  /** Client: what it can read and write, the first is what it begins with. Server: the one that it chose. */
  readonly serializations: readonly NegotiableSerialization[];
  readonly limits: AnnouncedLimits;
  readonly peerName: string | undefined;
  /** Names of the compressors that the sender reads, best first; undefined: none [CMP-1]. */
  readonly compressors?: readonly string[] | undefined;
  /** Client: who it is, for the server to check; never shown or logged [AUT-1]. */
  readonly token?: string | undefined;
  /** The sender gives up; the text says why. */
  readonly error: string | undefined;
  /** With {@link Option.error}: codec types that would have been accepted. */
  readonly supported: readonly string[];
}

/** What the bytes of an Option must begin with: checked one by one, so that a scanner costs nothing [OPT-2]. */
const prefix = /* @__PURE__ */ encodeText(`{"MagicNumber":${optionMagic}`);
const lineFeed = 0x0a;
const comma = 0x2c;
const closingBrace = 0x7d;

/** The bytes of an Option, line feed included. */
export function encodeOption(option: Option): Uint8Array {
  const names = option.serializations.map(serializationName);
  // JSON leaves out what is undefined.
  const value = {
    MagicNumber: optionMagic,
    CodecType: option.codecType,
    Version: option.version,
    Serializations: names.length === 0 ? undefined : names,
    Limits: option.error === undefined ? limitsToJson(option.limits) : undefined,
    Compressors: option.compressors,
    Peer: option.peerName?.slice(0, maxPeerNameLength),
    Token: option.token,
    Error: option.error,
    Supported: option.error === undefined ? undefined : option.supported,
  };
  return encodeText(`${JSON.stringify(value)}\n`);
}

const maxPeerNameLength = 128;
const maxCompressorNames = 16;

/** Members of an Option that few send. */
export type OptionExtras = Pick<Option, "compressors" | "token">;

/** An Option of this version without an error. */
export function createOption(
  serializations: readonly NegotiableSerialization[],
  limits: AnnouncedLimits,
  peerName: string | undefined,
  extras: OptionExtras = {},
): Option {
  return {
    codecType,
    version: protocolVersion,
    serializations,
    limits,
    peerName,
    ...extras,
    error: undefined,
    supported: [],
  };
}

/** The answer to an Option that cannot be accepted [OPT-7]. */
export function refuseOption(error: string): Option {
  return { ...createOption([], initialPeerLimits, undefined), error, supported: [codecType] };
}

/** What {@link OptionReader.push} found. */
export type OptionProgress =
  | { readonly kind: "more" }
  /** `used` bytes of the piece belong to the Option, the rest is frames. */
  | { readonly kind: "done"; readonly option: Option; readonly used: number }
  /** `isOurs`: the magic number was right, so an answer is not wasted on a scanner. */
  | { readonly kind: "fault"; readonly isOurs: boolean; readonly message: string };

/** Collects the Option from pieces of any size. */
export class OptionReader {
  private readonly maxBytes: number;
  private bytes: Uint8Array;
  private length: number;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.bytes = new Uint8Array(0);
    this.length = 0;
  }

  /** Takes the next bytes. Not called again after `done` or `fault`. */
  push(chunk: Uint8Array): OptionProgress {
    const room = this.maxBytes - this.length;
    const lineEnd = chunk.indexOf(lineFeed);
    const part = chunk.subarray(0, Math.min(lineEnd < 0 ? chunk.length : lineEnd + 1, room + 1));
    if (!this.matchesPrefix(part))
      return { kind: "fault", isOurs: false, message: "The first bytes are not an Option." };
    if (part.length > room)
      return { kind: "fault", isOurs: false, message: `An Option may have ${this.maxBytes} bytes.` };
    this.append(part);
    if (lineEnd < 0) return { kind: "more" };
    const option = parseOption(this.bytes.subarray(0, this.length - 1));
    if (typeof option === "string") return { kind: "fault", isOurs: true, message: option };
    return { kind: "done", option, used: part.length };
  }

  private matchesPrefix(part: Uint8Array): boolean {
    for (let index = 0; index < part.length && this.length + index <= prefix.length; index++) {
      const at = this.length + index;
      const byte = part[index] as number;
      if (at < prefix.length ? byte !== prefix[at] : byte !== comma && byte !== closingBrace) return false;
    }
    return true;
  }

  private append(part: Uint8Array): void {
    const length = this.length + part.length;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.min(Math.max(length, this.bytes.length * 2, 512), this.maxBytes));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(part, this.length);
    this.length = length;
  }
}

/** Reads an Option without its line feed. Members that are not known are skipped [OPT-5]. @returns text that says what is wrong */
export function parseOption(bytes: Uint8Array): Option | string {
  const value = parseJsonObject(bytes);
  if (value === undefined) return "An Option must be a JSON object in UTF-8.";
  const read = (name: string): unknown => (Object.hasOwn(value, name) ? value[name] : undefined);
  const codec = read("CodecType");
  const version = read("Version");
  if (read("MagicNumber") !== optionMagic) return `MagicNumber must be ${optionMagic}.`;
  if (typeof codec !== "string") return "CodecType must be a string.";
  if (version !== undefined && !isWhole(version)) return "Version must be a whole number.";
  const error = read("Error");
  const supported = read("Supported");
  const limits = limitsFromJson(read("Limits"), initialPeerLimits);
  if (typeof limits === "string") return limits;
  const peerName = read("Peer");
  const token = read("Token");
  return {
    codecType: codec,
    version: typeof version === "number" ? version : protocolVersion,
    serializations: error === undefined ? readSerializations(read("Serializations")) : [],
    limits,
    peerName: typeof peerName === "string" ? peerName.slice(0, maxPeerNameLength) : undefined,
    compressors: readCompressors(read("Compressors")),
    token: typeof token === "string" ? token : undefined,
    error: typeof error === "string" && error !== "" ? error.slice(0, 1024) : undefined,
    supported: Array.isArray(supported) ? supported.filter((item) => typeof item === "string").slice(0, 16) : [],
  };
}

/** Limits as an Option or a settings frame spells them. */
export function limitsToJson(limits: AnnouncedLimits): Record<string, number> {
  return Object.fromEntries(limitNames.map((name) => [jsonName(name), limits[name]]));
}

/** Reads limits; `previous` fills what is absent. @returns text that says what is wrong */
export function limitsFromJson(value: unknown, previous: AnnouncedLimits): AnnouncedLimits | string {
  if (value === undefined || value === null) return previous;
  if (typeof value !== "object" || Array.isArray(value)) return "Limits must be an object.";
  const limits: Record<string, number> = { ...previous };
  for (const name of limitNames) {
    const member = jsonName(name);
    if (!Object.hasOwn(value, member)) continue;
    const found = (value as Record<string, unknown>)[member];
    if (!isWhole(found) || found < limitFloors[name]) {
      return `${member} must be a whole number from ${limitFloors[name]} to ${2 ** 31 - 1}.`;
    }
    limits[name] = found;
  }
  return limits as unknown as AnnouncedLimits;
}

/** JSON from the wire that must be an object; undefined when it is not. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const limitNames = [
  "maxFrameBytes",
  "maxMessageBytes",
  "maxCalls",
] as const satisfies readonly (keyof AnnouncedLimits)[];

/** What a peer uses before it has read an Option may not be taken back; the rest only makes calls fail or wait [OPT-9]. */
const limitFloors: AnnouncedLimits = {
  maxFrameBytes: initialPeerLimits.maxFrameBytes,
  maxMessageBytes: 0,
  maxCalls: 0,
};

function jsonName(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function readSerializations(value: unknown): readonly NegotiableSerialization[] {
  if (value === undefined) return [Serialization.binary];
  if (!Array.isArray(value)) return [];
  const known = value.map((name) =>
    typeof name === "string" && Object.hasOwn(serializationNames, name) ? serializationNames[name] : undefined,
  );
  return known.filter((item) => item !== undefined);
}

/** At most 16 names count, so that a list of nonsense costs nothing. */
function readCompressors(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.slice(0, maxCompressorNames).filter((name) => typeof name === "string");
}

function serializationName(number: NegotiableSerialization): string {
  return number === Serialization.json ? "json" : "binary";
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2 ** 31 - 1;
}
