import { checkOptionKinds } from "../environment/option-kinds.ts";
import { checkCompressors, type Compressor } from "./compressor.ts";
import { outputLimit } from "./decompress.ts";
import { createGainRecord, type GainRecord } from "./gain.ts";
import { brotli, deflate, gzip, zstd } from "./zlib.ts";

/** Names of the compressors that come with the runtime. `zstd` needs Node 22.15 or 24. */
export type CompressorName = "gzip" | "deflate" | "br" | "zstd";

/** Who reads what is sent. */
export interface CompressionPeer {
  /** Numbers of the compressors that it reads, its favourite first. */
  readonly peerCompressors: readonly number[];
  readonly peerLimits: { readonly maxMessageBytes: number };
}

/** How a client or server compresses. */
export interface CompressionOptions {
  /**
   * What is read and written, best first. A name that this version of Node does not have is left out. Default: `zstd` where there is one, then `gzip`.
   */
  readonly compressors?: readonly (CompressorName | Compressor)[] | undefined;
  /** Messages below this many bytes go as they are. Default: 1,024. */
  readonly thresholdBytes?: number | undefined;
  /**
   * Which methods: `all` but those with `@compress(false)`, or only those that the `schema` marks with `@compress`. A call's own option goes before both.
   * Default: `all`.
   */
  readonly methods?: "all" | "schema" | undefined;
}

/** A body that is ready to be sent, with the number of its compressor; 0: as it was. */
export interface PackedBody {
  readonly body: Uint8Array;
  readonly compressor: number;
}

/** What compression needs to know of a method. */
export interface CompressionSubject {
  readonly policy: { readonly compress?: boolean };
}

/** Compression as a client or server was told to use it. */
export interface Compression {
  /** Those that are read and written, best first. Empty: compression is off. */
  readonly compressors: readonly Compressor[];
  /** Turns compression on for the methods that the schema marks, unless it was refused or chosen already. */
  allowMarked(): void;
  /** The compressor with this number. */
  find(id: number): Compressor | undefined;
  /**
   * Whether {@link Compression.pack} would look at a body of so many bytes at all; most are too small, or of methods that are not compressed. One that is too long
   * for its reader even before goes on as it is, to be refused where that is decided.
   */
  takes(method: CompressionSubject, bytes: number, peer: CompressionPeer, wanted?: boolean): boolean;
  /**
   * The body as it should be sent; a promise when it is so large that compressing it here would hold up everything else.
   * @param readable numbers that the peer reads, its favourite first
   * @param wanted what the call says; undefined: as the schema and the options say
   */
  pack(
    method: CompressionSubject,
    body: Uint8Array,
    readable: readonly number[],
    wanted?: boolean,
  ): PackedBody | Promise<PackedBody>;
}

const builtins: Readonly<Record<CompressorName, Compressor | undefined>> = { gzip, deflate, br: brotli, zstd };
const defaultNames: readonly CompressorName[] = ["zstd", "gzip"];
const noOptions: CompressionOptions = Object.freeze({});
const noCompressors: readonly Compressor[] = Object.freeze([]);
const defaultThresholdBytes = 1_024;
/** Larger bodies are compressed in another thread: more than half a millisecond here (bench `compression`). */
const maxDirectBytes = 16 * 1024;

/**
 * @param option undefined: for marked methods only, once {@link Compression.allowMarked} was called; false: never
 * @throws TypeError or RangeError for options that cannot work
 */
export function createCompression(option: boolean | CompressionOptions | undefined): Compression {
  if (option !== undefined && typeof option !== "boolean")
    checkOptionKinds("compression", option, { compressors: "any", thresholdBytes: "any", methods: "any" });
  return new ChosenCompression(option);
}

/** A class, as whatever there is one of for each channel (bench `idle`). */
class ChosenCompression implements Compression {
  compressors: readonly Compressor[];
  private readonly chosen: readonly Compressor[];
  private readonly thresholdBytes: number;
  private readonly byDefault: boolean;
  /** Nobody said whether it is on. */
  private readonly isOpen: boolean;
  /** How well each method did; made when something is compressed. */
  private records: WeakMap<object, GainRecord> | undefined;

  constructor(option: boolean | CompressionOptions | undefined) {
    const options = typeof option === "object" ? option : noOptions;
    this.chosen = options.compressors === undefined ? defaultCompressors() : chooseCompressors(options.compressors);
    this.thresholdBytes = checkThreshold(options.thresholdBytes ?? defaultThresholdBytes);
    this.byDefault = option !== undefined && option !== false && checkMethods(options.methods) === "all";
    this.isOpen = option === undefined;
    this.compressors = option === undefined || option === false ? noCompressors : this.chosen;
    this.records = undefined;
  }

  allowMarked(): void {
    if (this.isOpen) this.compressors = this.chosen;
  }

  find(id: number): Compressor | undefined {
    return this.compressors.find((compressor) => compressor.id === id);
  }

  takes(method: CompressionSubject, bytes: number, peer: CompressionPeer, wanted?: boolean): boolean {
    // The size first: nearly all end there.
    if (!this.isWanted(method, bytes, wanted)) return false;
    return peer.peerCompressors.length > 0 && bytes <= peer.peerLimits.maxMessageBytes;
  }

  pack(
    method: CompressionSubject,
    body: Uint8Array,
    readable: readonly number[],
    wanted?: boolean,
  ): PackedBody | Promise<PackedBody> {
    if (!this.isWanted(method, body.length, wanted) || readable.length === 0) return plain(body);
    const compressor = this.compressors.find(({ id }) => readable.includes(id));
    const record = this.recordOf(method);
    if (compressor === undefined || !record.isWorthTrying()) return plain(body);
    const { compressAsync } = compressor;
    if (body.length <= maxDirectBytes || compressAsync === undefined) {
      return keep(record, body, compressor.compress(body), compressor);
    }
    return compressAsync(body).then((packed) => keep(record, body, packed, compressor));
  }

  private isWanted(method: CompressionSubject, bytes: number, wanted: boolean | undefined): boolean {
    return bytes >= this.thresholdBytes && (wanted ?? method.policy.compress ?? this.byDefault);
  }

  private recordOf(method: object): GainRecord {
    const records = (this.records ??= new WeakMap());
    let record = records.get(method);
    if (record === undefined) records.set(method, (record = createGainRecord()));
    return record;
  }
}

let builtinChoice: readonly Compressor[] | undefined;

/** The same list for all who do not choose. */
function defaultCompressors(): readonly Compressor[] {
  return (builtinChoice ??= chooseCompressors(defaultNames));
}

function keep(record: GainRecord, body: Uint8Array, packed: Uint8Array, compressor: Compressor): PackedBody {
  const isWorthIt = record.note(body.length, packed.length);
  // Beyond this ratio the other side must take the body for a bomb.
  const isCredible = body.length <= outputLimit(packed.length, Infinity);
  return isWorthIt && isCredible ? { body: packed, compressor: compressor.id } : plain(body);
}

function plain(body: Uint8Array): PackedBody {
  return { body, compressor: 0 };
}

function chooseCompressors(wanted: readonly (CompressorName | Compressor)[]): readonly Compressor[] {
  if (!Array.isArray(wanted) || wanted.length === 0) {
    throw new TypeError('The option "compressors" must name at least one compressor, as in ["zstd", "gzip"].');
  }
  const found = (wanted as readonly (CompressorName | Compressor)[]).map((item) => {
    if (typeof item !== "string") return item;
    if (Object.hasOwn(builtins, item)) return builtins[item];
    throw new TypeError(
      `The compressor "${item as string}" is not known; expected one of ${Object.keys(builtins).join(", ")}.`,
    );
  });
  const present = found.filter((item) => item !== undefined);
  if (present.length > 0) return checkCompressors(present);
  throw new TypeError(`This version of Node has none of the compressors ${wanted.join(", ")}; add "gzip".`);
}

function checkThreshold(value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new RangeError(`thresholdBytes is ${String(value)}; expected a whole number of bytes.`);
}

function checkMethods(value: unknown): "all" | "schema" {
  if (value === undefined || value === "all") return "all";
  if (value === "schema") return "schema";
  throw new TypeError(`The option "methods" is ${JSON.stringify(value)}; expected "all" or "schema".`);
}
