import type { Compression, CompressionOptions } from "./compression.ts";

/** Browsers send and ask for plain bodies: takes the place of `compression.ts` in bundles for one. */
export function createCompression(option: boolean | CompressionOptions | undefined): Compression {
  if (option !== undefined && option !== false) {
    throw new TypeError('The option "compression" cannot be used in a browser; leave it out.');
  }
  return {
    compressors: [],
    allowMarked: () => undefined,
    find: () => undefined,
    takes: () => false,
    pack: (_method, body) => ({ body, compressor: 0 }),
  };
}

/** Never called: a connection without compressors refuses compressed bodies before. */
export function decompress(): never {
  throw new TypeError("There are no compressors in a browser.");
}
