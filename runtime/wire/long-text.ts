import { decodeUnits, units } from "./ascii.ts";
import { viewOf } from "./view.ts";

/** Text of UTF-16 units, which lie in the byte order of this machine. */
export type UnitsToText = (units: Uint8Array, end: number) => string;

const unitBytes = new Uint8Array(units.buffer);
const unitPairs = new Uint32Array(units.buffer);

/**
 * Decodes UTF-8 of any length, piece by piece; `undefined` when it is not well-formed. V8 before version 13 takes twice as long
 * (bench codec: text).
 */
export function longMixedText(
  bytes: Uint8Array,
  start: number,
  end: number,
  textOf: { readonly wide: UnitsToText; readonly narrow: UnitsToText },
): string | undefined {
  let text = "";
  for (let at = start; at < end;) {
    const pieceEnd = endOfPiece(bytes, at, end);
    const count = decodeWords(bytes, at, pieceEnd);
    if (count < 0) return undefined;
    text += isLatin(count)
      ? textOf.narrow(new Uint8Array(units.subarray(0, count)), count)
      : textOf.wide(unitBytes, count * 2);
    at = pieceEnd;
  }
  return text;
}

/** The end of what fits into `units`, not in the middle of a character. */
function endOfPiece(bytes: Uint8Array, start: number, end: number): number {
  let at = Math.min(end, start + units.length);
  if (at < end) for (let back = 0; back < 3 && (bytes[at]! & 0xc0) === 0x80; back++) at--;
  return at;
}

/** Whether one byte holds each of the first `count` units, so that the text takes half the memory. */
function isLatin(count: number): boolean {
  const pairs = count >> 1;
  let all = count % 2 === 0 ? 0 : units[count - 1]!;
  for (let index = 0; index < pairs && (all & 0xff00ff00) === 0; index++) all |= unitPairs[index]!;
  return (all & 0xff00ff00) === 0;
}

/** The highest two bits of the three bytes behind the first one of four, where they are as they should be. */
const threeTails = 0x80808000 | 0;

/**
 * As `decodeUnits`, four bytes at a time: up to four letters of ASCII, two that take two bytes, or any other one. A test of each byte takes a third to
 * two thirds more, for it is the branches that cost (bench codec: text).
 */
function decodeWords(bytes: Uint8Array, start: number, end: number): number {
  const view = viewOf(bytes);
  const base = bytes.byteOffset;
  const last = base + end - 3;
  let at = base + start;
  let count = 0;
  while (at < last) {
    const word = view.getInt32(at, true);
    const first = word & 0xff;
    if (first < 0x80) {
      if ((word & 0x80808080) === 0) {
        units[count] = first;
        units[count + 1] = (word >> 8) & 0x7f;
        units[count + 2] = (word >> 16) & 0x7f;
        units[count + 3] = word >> 24;
        count += 4;
        at += 4;
      } else {
        units[count++] = first;
        at++;
        if ((word & 0x8000) === 0) {
          units[count++] = (word >> 8) & 0x7f;
          at++;
        }
      }
    } else if (first < 0xe0) {
      if (first < 0xc2 || (word & 0xc000) !== 0x8000) return -1;
      units[count++] = ((first & 0x1f) << 6) | ((word >> 8) & 0x3f);
      at += 2;
      const next = (word >> 16) & 0xff;
      if (next >= 0xc2 && next < 0xe0) {
        if ((word & 0xc0000000) !== (0x80000000 | 0)) return -1;
        units[count++] = ((next & 0x1f) << 6) | ((word >> 24) & 0x3f);
        at += 2;
      }
    } else if (first < 0xf0) {
      const point = ((first & 0x0f) << 12) | ((word >> 2) & 0xfc0) | ((word >> 16) & 0x3f);
      if ((word & 0xc0c000) !== 0x808000 || point < 0x800 || (point & 0xf800) === 0xd800) return -1;
      units[count++] = point;
      at += 3;
    } else {
      const high = ((first & 0x0f) << 18) | ((word << 4) & 0x3f000);
      const point = high | ((word >> 10) & 0xfc0) | ((word >> 24) & 0x3f);
      if ((word & 0xc0c0c000) !== threeTails || point < 0x10000 || point > 0x10ffff) return -1;
      units[count++] = 0xd7c0 + (point >> 10);
      units[count++] = 0xdc00 | (point & 0x3ff);
      at += 4;
    }
  }
  return decodeUnits(bytes, at - base, end, count);
}
