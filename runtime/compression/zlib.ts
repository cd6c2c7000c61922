import { promisify } from "node:util";
import zlib from "node:zlib";
import { type Compressor, OutputLimitError } from "./compressor.ts";

/** What node:zlib offers for each format. Names and signatures are those of Node; `zstd` is missing in older versions. */
interface ZlibFormat {
  readonly compress: (bytes: Uint8Array, options: object) => Uint8Array;
  readonly decompress: (bytes: Uint8Array, options: object) => Uint8Array;
  readonly compressLater: (bytes: Uint8Array, options: object) => Promise<Uint8Array>;
  readonly decompressLater: (bytes: Uint8Array, options: object) => Promise<Uint8Array>;
  /** Levels that are worth their time on messages: bench `compression`. */
  readonly options: object;
}

/** RFC 1952. */
export const gzip: Compressor = /* @__PURE__ */ createZlibCompressor(1, "gzip", {
  compress: zlib.gzipSync,
  decompress: zlib.gunzipSync,
  compressLater: /* @__PURE__ */ promisify(zlib.gzip),
  decompressLater: /* @__PURE__ */ promisify(zlib.gunzip),
  options: { level: 4 },
});

/** The zlib format, RFC 1950, as HTTP's `deflate`. */
export const deflate: Compressor = /* @__PURE__ */ createZlibCompressor(2, "deflate", {
  compress: zlib.deflateSync,
  decompress: zlib.inflateSync,
  compressLater: /* @__PURE__ */ promisify(zlib.deflate),
  decompressLater: /* @__PURE__ */ promisify(zlib.inflate),
  options: { level: 4 },
});

/** RFC 7932. */
export const brotli: Compressor = /* @__PURE__ */ createZlibCompressor(3, "br", {
  compress: zlib.brotliCompressSync,
  decompress: zlib.brotliDecompressSync,
  compressLater: /* @__PURE__ */ promisify(zlib.brotliCompress),
  decompressLater: /* @__PURE__ */ promisify(zlib.brotliDecompress),
  options: { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4, [zlib.constants.BROTLI_PARAM_LGWIN]: 20 } },
});

/** The window that a decompressor of zstd may take memory for, as a power of two: 8 MiB, the least that every decoder must accept. */
const zstdWindowLog = 23;

/** RFC 8878; undefined where Node does not have it (before 22.15). */
export const zstd: Compressor | undefined = /* @__PURE__ */ createZstd();

function createZstd(): Compressor | undefined {
  const found = zlib as unknown as Readonly<Record<string, (...parameters: never[]) => void>>;
  const { zstdCompressSync, zstdDecompressSync, zstdCompress, zstdDecompress } = found;
  // Stryker disable next-line all: a version of Node has all four or none
  if (!zstdCompressSync || !zstdDecompressSync || !zstdCompress || !zstdDecompress) return undefined;
  const constants = zlib.constants as Readonly<Record<string, number>>;
  return createZlibCompressor(
    4,
    "zstd",
    {
      compress: zstdCompressSync as unknown as ZlibFormat["compress"],
      decompress: zstdDecompressSync as unknown as ZlibFormat["decompress"],
      compressLater: promisify(zstdCompress as never),
      decompressLater: promisify(zstdDecompress as never),
      options: { params: { [constants["ZSTD_c_compressionLevel"] as number]: 3 } },
    },
    { params: { [constants["ZSTD_d_windowLogMax"] as number]: zstdWindowLog } },
  );
}

function createZlibCompressor(id: number, name: string, format: ZlibFormat, reading: object = {}): Compressor {
  const limits = (maxOutputLength: number): object => ({ ...reading, maxOutputLength: Math.max(1, maxOutputLength) });
  return Object.freeze<Compressor>({
    id,
    name,
    compress: (bytes) => format.compress(bytes, format.options),
    decompress: (bytes, maxOutputBytes) => {
      try {
        return whole(format.decompress(bytes, { ...limits(maxOutputBytes), info: true }), bytes, maxOutputBytes);
      } catch (error) {
        throw translated(error, maxOutputBytes);
      }
    },
    compressAsync: (bytes) => format.compressLater(bytes, format.options),
    decompressAsync: async (bytes, maxOutputBytes) => {
      try {
        return whole(
          await format.decompressLater(bytes, { ...limits(maxOutputBytes), info: true }),
          bytes,
          maxOutputBytes,
        );
      } catch (error) {
        throw translated(error, maxOutputBytes);
      }
    },
  });
}

/** Zlib takes what it needs and is silent about the rest: bytes behind the end would be a place to hide things, and not what was sent. */
function whole(result: unknown, input: Uint8Array, maxOutputBytes: number): Uint8Array {
  const { buffer, engine } = result as {
    readonly buffer: Uint8Array;
    readonly engine: { readonly bytesWritten: number };
  };
  if (buffer.length > maxOutputBytes) throw new OutputLimitError(maxOutputBytes);
  if (engine.bytesWritten !== input.length) throw new Error("There are bytes behind the end of the compressed data.");
  return buffer;
}

function translated(error: unknown, maxOutputBytes: number): unknown {
  const { code } = error as { readonly code?: unknown };
  return code === "ERR_BUFFER_TOO_LARGE" ? new OutputLimitError(maxOutputBytes) : error;
}
