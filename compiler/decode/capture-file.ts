import { DecodeError } from "./decode-error.ts";

/** A packet as it was captured. */
export interface Packet {
  readonly bytes: Uint8Array;
  /** What the bytes begin with: 1 Ethernet, 101 IP, and so on. */
  readonly linkType: number;
}

/** Byte order by the first four bytes of a pcap file, for microseconds and nanoseconds. */
const pcapMagics: ReadonlyMap<number, boolean> = new Map([
  [0xd4c3b2a1, true],
  [0x4d3cb2a1, true],
  [0xa1b2c3d4, false],
  [0xa1b23c4d, false],
]);
const pcapngMagic = 0x0a0d0d0a;

/** True for the beginning of a capture file, pcap or pcapng. */
export function isCapture(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return false;
  const magic = viewOf(bytes).getUint32(0);
  return magic === pcapngMagic || pcapMagics.has(magic);
}

/** The packets of a capture file, one by one. @throws DecodeError where it is cut or broken */
export function packetsOf(bytes: Uint8Array): Iterable<Packet> {
  const magic = viewOf(bytes).getUint32(0);
  return magic === pcapngMagic ? packetsOfPcapng(bytes) : packetsOfPcap(bytes, pcapMagics.get(magic) === true);
}

function* packetsOfPcap(bytes: Uint8Array, isLittle: boolean): Generator<Packet> {
  const view = viewOf(bytes);
  if (bytes.length < 24) throw new DecodeError("the capture file ends inside its header");
  const linkType = view.getUint32(20, isLittle) & 0xffff;
  for (let at = 24; at < bytes.length;) {
    if (at + 16 > bytes.length) throw cutAt(at);
    const size = view.getUint32(at + 8, isLittle);
    if (size > bytes.length - at - 16) throw cutAt(at);
    yield { bytes: bytes.subarray(at + 16, at + 16 + size), linkType };
    at += 16 + size;
  }
}

/** Bytes that a block of pcapng has at least, its type and lengths included. */
const smallest: Readonly<Record<number, number>> = { [pcapngMagic]: 28, 1: 20, 3: 16, 6: 32 };

/** Block types of pcapng that matter here. */
const block = { section: pcapngMagic, interface: 1, simple: 3, enhanced: 6 } as const;

function* packetsOfPcapng(bytes: Uint8Array): Generator<Packet> {
  const view = viewOf(bytes);
  let isLittle = false;
  let linkTypes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 12 > bytes.length) throw cutAt(at);
    // The type of a section block reads the same in both byte orders.
    const type = view.getUint32(at, isLittle);
    if (type === block.section) {
      isLittle = view.getUint32(at + 8) === 0x4d3c2b1a;
      linkTypes = [];
    }
    const size = view.getUint32(at + 4, isLittle);
    if (size < (smallest[type] ?? 12) || size % 4 !== 0 || size > bytes.length - at) throw cutAt(at);
    const body = bytes.subarray(at + 8, at + size - 4);
    if (type === block.interface) linkTypes.push(viewOf(body).getUint16(0, isLittle));
    else if (type === block.enhanced || type === block.simple) yield packetOf(body, type, linkTypes, isLittle);
    at += size;
  }
}

function packetOf(body: Uint8Array, type: number, linkTypes: readonly number[], isLittle: boolean): Packet {
  const view = viewOf(body);
  if (type === block.simple) return { bytes: body.subarray(4), linkType: linkTypes[0] ?? -1 };
  const size = view.getUint32(12, isLittle);
  return { bytes: body.subarray(20, 20 + size), linkType: linkTypes[view.getUint32(0, isLittle)] ?? -1 };
}

function cutAt(at: number): DecodeError {
  return new DecodeError(`the capture file is cut or broken at byte ${at}; what comes before was read`);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
