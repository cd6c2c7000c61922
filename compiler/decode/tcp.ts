import type { Packet } from "./capture-file.ts";

/** A TCP segment with data, or the first of its connection. */
export interface Segment {
  /** `127.0.0.1:50000`. */
  readonly source: string;
  readonly target: string;
  readonly sequence: number;
  readonly isFirst: boolean;
  readonly data: Uint8Array;
}

/** The TCP segment in a packet; undefined when it holds none. */
export function segmentOf({ bytes, linkType }: Packet): Segment | undefined {
  const start = networkStart(bytes, linkType);
  const version = start === undefined ? 0 : (bytes[start] ?? 0) >> 4;
  if (start === undefined) return undefined;
  if (version === 4) return fromIpv4(bytes, start);
  return version === 6 ? fromIpv6(bytes, start) : undefined;
}

const ethernet = 1;
const loopbacks: readonly number[] = [0, 108];
const rawIp: readonly number[] = [12, 14, 101, 228, 229];
const linuxCooked = 113;
const linuxCooked2 = 276;

/** Where the IP header begins. */
function networkStart(bytes: Uint8Array, linkType: number): number | undefined {
  if (rawIp.includes(linkType)) return 0;
  if (loopbacks.includes(linkType)) return 4;
  if (linkType === linuxCooked) return 16;
  if (linkType === linuxCooked2) return 20;
  if (linkType !== ethernet) return undefined;
  let at = 12;
  while (at + 2 <= bytes.length && [0x8100, 0x88a8].includes(word(bytes, at))) at += 4;
  return [0x0800, 0x86dd].includes(word(bytes, at)) ? at + 2 : undefined;
}

const tcpNumber = 6;

function fromIpv4(bytes: Uint8Array, start: number): Segment | undefined {
  const isFragment = (word(bytes, start + 6) & 0x3fff) !== 0;
  if (bytes[start + 9] !== tcpNumber || isFragment) return undefined;
  const tcp = start + ((bytes[start] ?? 0) & 0x0f) * 4;
  const length = word(bytes, start + 2);
  // Captures of machines that segment in hardware say 0.
  const end = length === 0 ? bytes.length : start + length;
  const address = (at: number): string => bytes.subarray(at, at + 4).join(".");
  return fromTcp(bytes.subarray(0, end), tcp, [address(start + 12), address(start + 16)]);
}

function fromIpv6(bytes: Uint8Array, start: number): Segment | undefined {
  if (bytes[start + 6] !== tcpNumber) return undefined;
  const length = word(bytes, start + 4);
  const end = length === 0 ? bytes.length : start + 40 + length;
  return fromTcp(bytes.subarray(0, end), start + 40, [ipv6(bytes, start + 8), ipv6(bytes, start + 24)]);
}

function ipv6(bytes: Uint8Array, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => word(bytes, at + index * 2).toString(16));
  const text = groups.join(":").replace(/(?:^|:)0(?::0)+(?::|$)/u, "::");
  return `[${text}]`;
}

function fromTcp(bytes: Uint8Array, at: number, [from, to]: readonly [string, string]): Segment | undefined {
  if (at + 20 > bytes.length) return undefined;
  const dataStart = at + ((bytes[at + 12] ?? 0) >> 4) * 4;
  const isFirst = ((bytes[at + 13] ?? 0) & 0x02) !== 0;
  return {
    source: `${from}:${word(bytes, at)}`,
    target: `${to}:${word(bytes, at + 2)}`,
    sequence: (word(bytes, at + 4) * 0x1_0000 + word(bytes, at + 6) + (isFirst ? 1 : 0)) % 2 ** 32,
    isFirst,
    data: bytes.subarray(dataStart),
  };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Puts the segments of one direction in order: drops what came twice, keeps what came too early. */
export interface Reassembly {
  /** The bytes that can be read now. */
  push(segment: Segment): readonly Uint8Array[];
  /** Bytes that wait behind a gap. */
  readonly missing: boolean;
}

export function createReassembly(): Reassembly {
  let next: number | undefined;
  let early: Segment[] = [];
  const take = (segment: Segment): Uint8Array | undefined => {
    next ??= segment.sequence;
    const ahead = (segment.sequence - next) | 0;
    if (ahead > 0) return undefined;
    const fresh = segment.data.subarray(Math.min(-ahead, segment.data.length));
    next = (next + fresh.length) % 2 ** 32;
    return fresh;
  };
  return {
    push(segment) {
      if (segment.isFirst) next = segment.sequence;
      const ready: Uint8Array[] = [];
      early.push(segment);
      for (let isMoving = true; isMoving;) {
        isMoving = false;
        for (const each of early) {
          const fresh = take(each);
          if (fresh === undefined) continue;
          early = early.filter((other) => other !== each);
          if (fresh.length > 0) ready.push(fresh);
          isMoving = true;
        }
      }
      return ready;
    },
    get missing() {
      return early.length > 0;
    },
  };
}
