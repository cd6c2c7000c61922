import { asciiText, longestAscii, mixedText } from "./ascii.ts";
import { malformed } from "./malformed.ts";

/**
 * Strict UTF-8 both ways. Short strings are handled by loops in JavaScript, because a call into native code costs more than
 * the work itself; long ones go to the platform: Buffer where it exists (Node), TextEncoder and TextDecoder elsewhere.
 */

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

interface NativeStrings {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  utf8Write(this: Uint8Array, text: string, offset: number, length: number): number;
  indexOf(this: Uint8Array, value: Uint8Array): number;
}

/** Buffer's methods that work on every Uint8Array; absent outside Node. */
const native: NativeStrings | undefined = findNative();

function findNative(): NativeStrings | undefined {
  const prototype = (globalThis as { Buffer?: { prototype?: Partial<NativeStrings> } }).Buffer?.prototype;
  const usable = typeof prototype?.utf8Slice === "function" && typeof prototype.utf8Write === "function";
  return usable ? (prototype as NativeStrings) : undefined;
}

/**
 * Decodes `bytes[start, end)`; a byte order mark stays a character.
 *
 * @throws RpcError `invalid_argument` for anything but well-formed UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length <= longestAscii) {
    const text = asciiText(bytes, start, length) ?? mixedText(bytes, start, end);
    if (text !== undefined) return text;
  }
  return decodeLong(bytes, start, end);
}

/** Node's slice puts U+FFFD where bytes are wrong, so only a text that holds one needs the strict decoder. */
function decodeLong(bytes: Uint8Array, start: number, end: number): string {
  if (native !== undefined) {
    const text = native.utf8Slice.call(bytes, start, end);
    if (!text.includes("\ufffd")) return text;
  }
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    throw badUtf8();
  }
}

function badUtf8(): Error {
  return malformed("a string is not valid UTF-8; send text as UTF-8 or declare the field as bytes");
}

/**
 * Writes `text` from its unit `from` on at `offset` and returns the offset behind it. `bytes` has room for three bytes per UTF-16 unit.
 *
 * @throws RpcError `invalid_argument` for a lone surrogate
 */
export function encodeUtf8(text: string, bytes: Uint8Array, offset: number, from: number = 0): number {
  let at = offset;
  for (let index = from; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[at++] = unit;
    } else if (unit < 0x800) {
      bytes[at++] = 0xc0 | (unit >> 6);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[at++] = 0xe0 | (unit >> 12);
      bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
      bytes[at++] = 0x80 | (unit & 0x3f);
    } else {
      const next = unit < 0xdc00 ? text.charCodeAt(++index) : 0;
      if ((next & 0xfc00) !== 0xdc00) throw loneSurrogate();
      const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
      bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
      bytes[at++] = 0x80 | (point & 0x3f);
    }
  }
  return at;
}

/** The same as {@link encodeUtf8} through the platform, for long texts. */
export function encodeLongUtf8(text: string, bytes: Uint8Array, offset: number): number {
  if (native === undefined) {
    if (!isWellFormed(text)) throw loneSurrogate();
    return offset + encoder.encodeInto(text, bytes.subarray(offset)).written;
  }
  const written = native.utf8Write.call(bytes, text, offset, bytes.length - offset);
  const end = offset + written;
  if (mayHideSurrogate(text, native, bytes.subarray(offset, end)) && !isWellFormed(text)) throw loneSurrogate();
  return end;
}

const longText = 256;
const replacement: Uint8Array = Uint8Array.of(0xef, 0xbf, 0xbd);

/**
 * False when `encoded` proves that `text` has no lone surrogate, which is written as U+FFFD: there is none in ASCII, and a
 * long text is searched for it ten times as fast as its surrogates are counted (bench codec: text).
 */
function mayHideSurrogate(text: string, strings: NativeStrings, encoded: Uint8Array): boolean {
  if (encoded.length === text.length) return false;
  return text.length <= longText || strings.indexOf.call(encoded, replacement) >= 0;
}

/** True when every surrogate of `text` has its partner. */
export function isWellFormed(text: string): boolean {
  const known = text as string & { isWellFormed?(): boolean };
  return known.isWellFormed === undefined ? !loneSurrogatePattern.test(text) : known.isWellFormed();
}

const loneSurrogatePattern = /\p{Surrogate}/u;

function loneSurrogate(): Error {
  return malformed("a string holds a lone surrogate, which UTF-8 cannot carry; pass well-formed text");
}
