/** Capture files of made-up packets that carry real bytes. */

/** Bytes that one side wrote, in the order of the conversation. */
export interface Segment {
  readonly from: "client" | "server";
  readonly bytes: Uint8Array;
}

/** How a capture is written. */
export interface CaptureOptions {
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** Link type: 1 Ethernet, 101 raw IP. */
  readonly linkType?: 1 | 101;
  readonly isBigEndian?: boolean;
  /** Address family. */
  readonly family?: 4 | 6;
}

const flagsOf = { data: 0x18, syn: 0x02, synAck: 0x12 } as const;

/** A pcap file of one TCP connection: handshake, then one packet for each segment. */
export function writeCapture(segments: readonly Segment[], options: CaptureOptions = {}): Buffer {
  const sequence = { client: 1_000, server: 5_000 };
  const packets = [
    packet("client", new Uint8Array(0), "syn", { client: 999, server: 0 }, options),
    packet("server", new Uint8Array(0), "synAck", { client: 1_000, server: 4_999 }, options),
  ];
  for (const { from, bytes } of segments) {
    packets.push(packet(from, bytes, "data", sequence, options));
    sequence[from] += bytes.length;
  }
  return Buffer.concat([fileHeader(options), ...packets.map((bytes, index) => record(bytes, index, options))]);
}

/** Cuts what each side wrote into packets of at most `size` bytes. */
export function cut(segments: readonly Segment[], size: number): Segment[] {
  return segments.flatMap(({ from, bytes }) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => ({
      from,
      bytes: bytes.subarray(index * size, (index + 1) * size),
    })),
  );
}

function fileHeader({ linkType = 1, isBigEndian = false }: CaptureOptions): Buffer {
  return words([0xa1b2c3d4, 0x0002_0004, 0, 0, 262_144, linkType], isBigEndian, 1);
}

function record(bytes: Uint8Array, index: number, { isBigEndian = false }: CaptureOptions): Buffer {
  return Buffer.concat([words([1_769_817_600, index, bytes.length, bytes.length], isBigEndian), bytes]);
}

/** Words of 32 bits; the one at `halves` is two of 16. */
function words(values: readonly number[], isBigEndian: boolean, halves = -1): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) {
    if (isBigEndian) bytes.writeUInt32BE(value, index * 4);
    else bytes.writeUInt32LE(index === halves ? ((value & 0xffff) << 16) | (value >>> 16) : value, index * 4);
  }
  return bytes;
}

function packet(
  from: Segment["from"],
  data: Uint8Array,
  flags: keyof typeof flagsOf,
  sequence: { readonly client: number; readonly server: number },
  options: CaptureOptions,
): Buffer {
  const { clientPort = 50_000, serverPort = 9_000, linkType = 1, family = 4 } = options;
  const to = from === "client" ? "server" : "client";
  const tcp = Buffer.alloc(20);
  tcp.writeUInt16BE(from === "client" ? clientPort : serverPort, 0);
  tcp.writeUInt16BE(from === "client" ? serverPort : clientPort, 2);
  tcp.writeUInt32BE(sequence[from], 4);
  tcp.writeUInt32BE(flags === "syn" ? 0 : sequence[to], 8);
  tcp[12] = 5 << 4;
  tcp[13] = flagsOf[flags];
  tcp.writeUInt16BE(65_535, 14);
  const network = family === 4 ? ipv4(from, 20 + data.length) : ipv6(from, 20 + data.length);
  return Buffer.concat([linkType === 1 ? ethernet(family) : Buffer.alloc(0), network, tcp, data]);
}

function ethernet(family: 4 | 6): Buffer {
  return Buffer.concat([Buffer.alloc(12, 2), Buffer.from(family === 4 ? "0800" : "86dd", "hex")]);
}

function ipv4(from: Segment["from"], length: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes[0] = 0x45;
  bytes.writeUInt16BE(20 + length, 2);
  bytes[8] = 64;
  bytes[9] = 6;
  bytes.set([127, 0, 0, from === "client" ? 2 : 1], 12);
  bytes.set([127, 0, 0, from === "client" ? 1 : 2], 16);
  return bytes;
}

function ipv6(from: Segment["from"], length: number): Buffer {
  const bytes = Buffer.alloc(40);
  bytes[0] = 0x60;
  bytes.writeUInt16BE(length, 4);
  bytes[6] = 6;
  bytes[7] = 64;
  bytes[23] = from === "client" ? 2 : 1;
  bytes[39] = from === "client" ? 1 : 2;
  return bytes;
}
