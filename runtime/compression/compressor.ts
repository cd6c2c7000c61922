/**
 * A way to make bodies smaller. Stateless: one object serves every connection. Both functions of a pair give the same bytes; those without
 * `Async` block the event loop and are used for small bodies only, those with it are used for large ones where they exist.
 *
 * Who calls is trusted, what is decompressed is not: `maxOutputBytes` bounds the memory that is taken, whatever the input says about its length.
 * Only {@link decompressGuarded} and its sibling call `decompress`, so that the limits are the same for every algorithm.
 */
export interface Compressor {
  /** Its number on the wire [CMP-2], 1 to 15. From 8 on numbers are for private use. */
  readonly id: number;
  /** Its name in the Option [CMP-1]: `gzip`. */
  readonly name: string;
  /** Never changes `bytes`, never gives them or a view of them back. */
  compress(bytes: Uint8Array): Uint8Array;
  /** @throws OutputLimitError when there are more than `maxOutputBytes`; any other error when the input is broken, cut or has bytes behind its end */
  decompress(bytes: Uint8Array, maxOutputBytes: number): Uint8Array;
  /** As `compress`, outside this thread. `bytes` must not change until it settles. */
  compressAsync?(bytes: Uint8Array): Promise<Uint8Array>;
  /** As `decompress`, outside this thread. */
  decompressAsync?(bytes: Uint8Array, maxOutputBytes: number): Promise<Uint8Array>;
}

/** The output is longer than was allowed. */
export class OutputLimitError extends Error {
  constructor(maxOutputBytes: number) {
    super(`The output is longer than ${maxOutputBytes} bytes.`);
    this.name = "OutputLimitError";
  }
}

/** The highest number that fits the flags of a frame. */
export const maxCompressorId = 15;

/** Options of clients and servers are given as names or as objects. @throws TypeError for two with the same number or name */
export function checkCompressors(compressors: readonly Compressor[]): readonly Compressor[] {
  for (const [index, { id, name }] of compressors.entries()) {
    if (!Number.isInteger(id) || id < 1 || id > maxCompressorId || typeof name !== "string" || name === "") {
      throw new TypeError(
        `A compressor needs a number from 1 to ${maxCompressorId} and a name; found ${id}, "${name}".`,
      );
    }
    const other = compressors.slice(0, index).find((earlier) => earlier.id === id || earlier.name === name);
    if (other === undefined) continue;
    throw new TypeError(`The compressors "${other.name}" (${other.id}) and "${name}" (${id}) cannot be told apart.`);
  }
  return Object.freeze([...compressors]);
}
