const encoder = /* @__PURE__ */ new TextEncoder();
const decoder = /* @__PURE__ */ new TextDecoder();

/** Writes ZooKeeper's serialization, jute: big-endian integers, and text and bytes with their length in front. */
export class JuteWriter {
  private buffer: Uint8Array;
  private view: DataView;
  private length: number;

  constructor() {
    this.buffer = new Uint8Array(256);
    this.view = new DataView(this.buffer.buffer);
    this.length = 0;
  }

  private room(count: number): number {
    const at = this.length;
    if (at + count > this.buffer.length) {
      const larger = new Uint8Array(Math.max(this.buffer.length * 2, at + count));
      larger.set(this.buffer);
      this.buffer = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length += count;
    return at;
  }

  int(value: number): this {
    const at = this.room(4);
    this.view.setInt32(at, value);
    return this;
  }

  long(value: bigint): this {
    const at = this.room(8);
    this.view.setBigInt64(at, value);
    return this;
  }

  bool(value: boolean): this {
    const at = this.room(1);
    this.buffer[at] = value ? 1 : 0;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.int(value.length);
    const at = this.room(value.length);
    this.buffer.set(value, at);
    return this;
  }

  text(value: string): this {
    return this.bytes(encoder.encode(value));
  }

  /** What was written, behind its length: a packet. */
  packet(): Uint8Array {
    const packet = new Uint8Array(4 + this.length);
    new DataView(packet.buffer).setInt32(0, this.length);
    packet.set(this.buffer.subarray(0, this.length), 4);
    return packet;
  }
}

/** Reads {@link JuteWriter}'s format. @throws RangeError where data end too early */
export class JuteReader {
  private readonly buffer: Uint8Array;
  private readonly view: DataView;
  private pos: number;

  constructor(bytes: Uint8Array) {
    this.buffer = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.pos = 0;
  }

  int(): number {
    const value = this.view.getInt32(this.pos);
    this.pos += 4;
    return value;
  }

  long(): bigint {
    const value = this.view.getBigInt64(this.pos);
    this.pos += 8;
    return value;
  }

  /** A length of -1 stands for none. */
  bytes(): Uint8Array {
    const length = Math.max(0, this.int());
    if (length > this.buffer.length - this.pos) throw new RangeError("A packet ends in the middle of a value.");
    const value = this.buffer.slice(this.pos, this.pos + length);
    this.pos += length;
    return value;
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  texts(): string[] {
    const count = Math.max(0, this.int());
    if (count > (this.buffer.length - this.pos) / 4)
      throw new RangeError("A list says that it is longer than its packet.");
    return Array.from({ length: count }, () => this.text());
  }
}
