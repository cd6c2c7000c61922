import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { DecodeError } from "./decode-error.ts";

interface Compressor {
  readonly name: string;
  readonly expand?: (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
}

/** By the number in the flags of a frame [CMP-2]. */
const compressors: ReadonlyMap<number, Compressor> = new Map<number, Compressor>([
  [1, { name: "gzip", expand: gunzipSync }],
  [2, { name: "deflate", expand: inflateSync }],
  [3, { name: "br", expand: brotliDecompressSync }],
  [4, { name: "zstd" }],
]);

/** Most that is shown of one body. */
const maxOutputLength = 64 * 1024 * 1024;

/** Its name, or its number where it has none. */
export function compressorName(number: number): string {
  return compressors.get(number)?.name ?? `compressor ${number}`;
}

/** The message in a compressed body; undefined for compressors that this tool does not know. @throws DecodeError for broken data */
export function decompress(bytes: Uint8Array, number: number): Uint8Array | undefined {
  const found = compressors.get(number);
  if (found?.expand === undefined) return number === 0 ? bytes : undefined;
  try {
    return found.expand(bytes, { maxOutputLength });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DecodeError(`the body cannot be decompressed by ${found.name}: ${reason}`);
  }
}
