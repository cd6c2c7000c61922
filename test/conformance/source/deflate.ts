import { big, byte, four } from "./bytes.ts";

/** A deflated text: `start`, then its last letter `258 * runs` times more. */
export interface Deflated {
  readonly hex: string;
  readonly text: Uint8Array;
}

/**
 * One block of RFC 1951 with the fixed code, written without a library: letters as they are, and repetitions of the last one by 258, which take 13 bits each.
 * @param start letters below 0x90 only: the others have another length
 */
export function deflate(start: Uint8Array, runs = 0): Deflated {
  const letters = [...start].map((letter) => (0x30 + letter).toString(2).padStart(8, "0"));
  // The last block, with the fixed code; 258 more from one letter before; the end.
  const bits = ["110", ...letters, ...Array.from({ length: runs }, () => "1100010100000"), "0000000"].join("");
  const bytes = bits.match(/.{1,8}/g) ?? [];
  const hex = bytes.map((each) => byte(Number.parseInt([...each].toReversed().join(""), 2))).join("");
  return { hex, text: Buffer.concat([start, Buffer.alloc(258 * runs, start.at(-1))]) };
}

/** As a file of RFC 1952. */
export function asGzip({ hex, text }: Deflated): string {
  return `1f8b08000000000000ff${hex}${four(crc32(text))}${four(text.length)}`;
}

/** As a stream of RFC 1950. */
export function asZlib({ hex, text }: Deflated): string {
  return `7801${hex}${big(adler32(text), 4)}`;
}

function crc32(text: Uint8Array): number {
  let sum = 0xffffffff;
  for (const each of text) {
    sum ^= each;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

function adler32(text: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const each of text) {
    low = (low + each) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
