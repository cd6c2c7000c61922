/** Chunks that are sent are longer; a short one takes no more than that of its peer. */
const firstBytes = 4 * 1024;

/** Puts the chunks of one message together. Memory grows with what arrives. */
export class MessageAssembly {
  /** Bytes so far. */
  length: number;
  /** What the frames cost in credit. */
  cost: number;
  /** Bytes charged for it, those that made it too long included. */
  charged: number;
  /** Kind of the frames: all chunks of a message have the same. */
  readonly kind: number;
  /** Serialization of the first chunk; holds for the message. */
  readonly serialization: number;
  /** Compressor of the first chunk; holds for the message. */
  readonly compressor: number;
  private bytes: Uint8Array;

  constructor(kind: number, serialization: number, compressor: number) {
    this.length = 0;
    this.cost = 0;
    this.charged = 0;
    this.kind = kind;
    this.serialization = serialization;
    this.compressor = compressor;
    this.bytes = new Uint8Array(0);
  }

  /** Adds a chunk. @returns false when the message would become longer than `maxBytes`; nothing is kept then */
  append(chunk: Uint8Array, maxBytes: number): boolean {
    const length = this.length + chunk.length;
    if (length > maxBytes) return false;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.min(Math.max(length * 2, firstBytes), maxBytes));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(chunk, this.length);
    this.length = length;
    return true;
  }

  /** The message. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}
